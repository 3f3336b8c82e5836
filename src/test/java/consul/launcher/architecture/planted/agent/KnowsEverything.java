package consul.launcher.architecture.planted.agent;

import consul.launcher.architecture.planted.aws.MayTalkHttp;
import consul.launcher.architecture.planted.config.KnowsTheAgent;
import java.io.IOException;
import java.lang.foreign.Linker;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.xml.stream.XMLInputFactory;
import okhttp3.OkHttpClient;
import software.amazon.awssdk.regions.Region;
import sun.misc.Signal;

/// Does what only other packages may, each thing once. Never run.
public abstract class KnowsEverything {

    static int counter;
    static final ArrayList<String> NAMES = new ArrayList<>();
    static final AtomicInteger TOTAL = new AtomicInteger();

    abstract KnowsTheAgent config();

    abstract MayTalkHttp aws();

    abstract OkHttpClient http();

    abstract HttpClient slowHttp();

    abstract Region region();

    abstract XMLInputFactory xml();

    abstract Logger logger();

    abstract Linker linker();

    Map<String, String> environment() {
        return System.getenv();
    }

    @SuppressWarnings("NullAway")
    String variable() {
        return System.getenv("HOME");
    }

    void exit() {
        System.exit(1);
    }

    void halt() {
        Runtime.getRuntime().halt(1);
    }

    void print() throws IOException {
        System.out.println(System.in.read());
        System.err.println();
    }

    List<Process> start() throws IOException {
        return List.of(new ProcessBuilder("true").start(), Runtime.getRuntime().exec(new String[] {"true"}));
    }

    long pid() {
        return ProcessHandle.current().pid();
    }

    void signal() {
        Signal.raise(new Signal("TERM"));
    }
}
