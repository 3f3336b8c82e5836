package consul.launcher.cli;

/// A bug, in one line: what and where, for a report.
final class Bug {

    private Bug() {}

    static String describe(Throwable error) {
        StackTraceElement[] trace = error.getStackTrace();
        return error + (trace.length == 0 ? "" : " at " + trace[0]);
    }
}
