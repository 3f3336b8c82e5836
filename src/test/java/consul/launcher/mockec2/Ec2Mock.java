package consul.launcher.mockec2;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/// The mock: a program, and the same for tests in their own JVM. Commands come by [Control] or by [#command].
public final class Ec2Mock implements AutoCloseable {

    /// More than a test's fleet opens at once.
    private static final int BACKLOG = 512;

    private static final int USAGE_ERROR = 64;

    private final InstantSource clock;
    private final AtomicReference<Fleet> fleet = new AtomicReference<>(Fleet.empty());
    private final Faults faults = new Faults();
    private final RequestLog requests = new RequestLog();
    private final Tokens tokens = new Tokens();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Metadata metadata;
    private final QueryApi api;
    private final Control control;
    private final boolean loopbackOnly;
    private final HttpServer server;
    private final List<HttpServer> servers = new ArrayList<>();

    private Ec2Mock(Options options, InstantSource clock) throws IOException {
        // Headers and body are two writes; without this each answer waits for a delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        this.clock = clock;
        metadata = new Metadata(tokens, clock);
        api = new QueryApi(options.apiLag(), options.purgeAfter(), options.pageSize(), clock);
        control = new Control(this, clock);
        for (String instance : options.instances()) {
            change(all -> all.launch(Instance.of(Attributes.parse(instance), clock.instant())));
        }
        for (String task : options.tasks()) {
            change(all -> all.add(EcsTask.of(Attributes.parse(task))));
        }
        loopbackOnly = options.listen().isEmpty();
        server = HttpServer.create(address(options, options.port()), BACKLOG);
        servers.add(server);
        if (options.tls().isPresent()) {
            Tls tls = options.tls().get();
            servers.add(tls.server(address(options, tls.port()), BACKLOG));
        }
        for (HttpServer each : servers) {
            each.setExecutor(threads);
            each.createContext("/", this::handle);
            each.start();
        }
    }

    private static InetSocketAddress address(Options options, int port) {
        return options.listen()
                .map(address -> new InetSocketAddress(InetAddress.ofLiteral(address), port))
                .orElseGet(() -> new InetSocketAddress(port));
    }

    public static Ec2Mock start(Options options) {
        return start(options, InstantSource.system());
    }

    static Ec2Mock start(Options options, InstantSource clock) {
        try {
            return new Ec2Mock(options, clock);
        } catch (IOException e) {
            throw new UncheckedIOException("port " + options.port() + ": " + e.getMessage(), e);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        int status = run(args, System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /// Prints where it listens and serves until the process is ended.
    private static int run(String[] args, PrintStream out, PrintStream err) throws InterruptedException {
        try (Ec2Mock mock = start(Options.parse(args))) {
            out.println("EC2 mock listens on port " + mock.port());
            out.flush();
            Options.parse(args).portFile().ifPresent(file -> writeWhole(file, mock.port() + "\n"));
            mock.closed.await();
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("Ec2Mock: " + e.getMessage());
            err.print(Options.USAGE);
            return USAGE_ERROR;
        } catch (UncheckedIOException e) {
            err.println("Ec2Mock: " + e.getMessage());
            return 1;
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /// The endpoint that the caller on this loopback address sets in `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
    public String endpoint(String address) {
        return "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + port();
    }

    public Fleet fleet() {
        return fleet.get();
    }

    public RequestLog requests() {
        return requests;
    }

    /// Applies a command as the control path does, `launch`, `id=i-1,address=127.0.0.11` for example.
    ///
    /// @throws IllegalArgumentException when it can't be obeyed
    public void command(String name, String attributes) {
        control.obey(name, attributes.isEmpty() ? new Attributes(java.util.Map.of()) : Attributes.parse(attributes));
    }

    /// Makes every session token invalid, as if its time were over.
    public void expireTokens() {
        tokens.forget();
    }

    void change(UnaryOperator<Fleet> change) {
        fleet.updateAndGet(change);
    }

    void inject(Fault fault) {
        faults.add(fault);
    }

    void clearFaults() {
        faults.clear();
    }

    @Override
    public void close() {
        closed.countDown();
        servers.forEach(each -> each.stop(0));
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = Request.of(exchange);
            if (loopbackOnly && !request.local().isLoopbackAddress()) {
                return;
            }
            if (request.path().startsWith(Control.PREFIX)) {
                control.answer(request).send(exchange);
                return;
            }
            serve(request, exchange);
        } catch (InterruptedException e) {
            // The mock closes; so does the connection.
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Request request, HttpExchange exchange) throws IOException, InterruptedException {
        Api called = Api.of(request.path());
        String caller = fleet().caller(request.local(), request.remote())
                .map(Instance::id)
                .orElse("");
        Fault fault = faults.take(called, request.path(), caller).orElse(Fault.NONE);
        boolean closing = fault.delayMillis() > 0 && closed.await(fault.delayMillis(), TimeUnit.MILLISECONDS);
        if (fault.hang()) {
            log(called, caller, request, 0);
            closed.await();
            closing = true;
        }
        if (closing) {
            return;
        }
        Answer answer = fault.replacesTheAnswer() ? fault.answer(called) : answer(called, caller, request);
        log(called, caller, request, answer.status());
        answer.send(exchange);
    }

    private void log(Api called, String caller, Request request, int status) {
        requests.add(new RequestLog.Entry(called, caller, request.method(), request.path(), status));
    }

    private Answer answer(Api called, String caller, Request request) {
        return switch (called) {
            case EC2 -> api.answer(fleet(), request);
            case ECS -> EcsMetadata.answer(fleet(), request, clock.instant());
            case TOKEN, IMDS ->
                caller.isEmpty()
                        ? Answer.error(404, "no instance is known by " + request.local() + " or " + request.remote())
                        : metadata.answer(fleet().get(caller), request);
        };
    }

    /// Whoever waits for the file never reads half of it.
    private static void writeWhole(Path file, String text) {
        try {
            Path partial = file.resolveSibling(file.getFileName() + ".partial");
            Files.writeString(partial, text);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("port file " + file + ": " + e, e);
        }
    }
}
