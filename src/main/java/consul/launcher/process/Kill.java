package consul.launcher.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import sun.misc.Signal;

/// `kill(2)`, for the signals that the JDK can't send: a process that sends them, as a shell, would be in the
/// launcher's
/// group and die of the next signal to that. By the foreign function API, which takes 100 ms and 3 MB when it is first
/// used, so only what has no other way comes here.
final class Kill {

    @SuppressWarnings("restricted")
    private static final MethodHandle KILL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Kill() {}

    /// @param signal its name without SIG
    /// @return false if it couldn't be sent
    static boolean send(long pid, String signal) {
        try {
            return (int) KILL.invokeExact((int) pid, new Signal(signal).getNumber()) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
