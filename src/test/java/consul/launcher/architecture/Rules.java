package consul.launcher.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/// What each package may know and do, for the packages below a root: the real ones, or the planted violations.
final class Rules {

    /// Which packages each package knows, besides itself; `cli` knows all but `http`. In the order of the flow: a
    /// package knows only ones before it.
    private static final Map<String, List<String>> KNOWS = knows();

    /// Holds state that changes, whatever the modifiers of the field.
    private static final Set<String> MUTABLE = Set.of(
            "java.util.ArrayList",
            "java.util.HashMap",
            "java.util.LinkedHashMap",
            "java.util.HashSet",
            "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.atomic.AtomicBoolean",
            "java.util.concurrent.atomic.AtomicInteger",
            "java.util.concurrent.atomic.AtomicLong",
            "java.util.concurrent.atomic.AtomicReference",
            "java.lang.StringBuilder",
            "java.lang.ThreadLocal");

    private final String root;

    Rules(String root) {
        this.root = root;
    }

    static Map<String, List<String>> knows() {
        Map<String, List<String>> knows = new LinkedHashMap<>();
        knows.put("config", List.of("json"));
        knows.put("http", List.of());
        knows.put("json", List.of());
        knows.put("entrypoint", List.of("config"));
        knows.put("identity", List.of("config"));
        knows.put("aws", List.of("config", "http", "identity", "json"));
        knows.put("agent", List.of("config", "identity", "json"));
        knows.put("consul", List.of("config", "http", "json"));
        knows.put("process", List.of("config", "entrypoint"));
        knows.put("watch", List.of("config", "identity", "aws", "consul", "process"));
        knows.put("recovery", List.of("config"));
        knows.put("quorum", List.of("config", "json", "aws", "consul", "process", "recovery"));
        List<String> all = new ArrayList<>(knows.keySet());
        all.remove("http");
        knows.put("cli", all);
        return knows;
    }

    /// Every package has its place in the flow, and knows only what comes before it.
    List<ArchRule> oneWay() {
        List<ArchRule> rules = new ArrayList<>();
        rules.add(classes()
                .that(resideInAPackage(root + ".."))
                .should()
                .resideInAnyPackage(KNOWS.keySet().stream().map(this::below).toArray(String[]::new))
                .as("every package has its place in the flow: name a new one in Rules.KNOWS"));
        KNOWS.forEach((name, known) -> {
            String[] others = KNOWS.keySet().stream()
                    .filter(other -> !other.equals(name) && !known.contains(other))
                    .map(this::below)
                    .toArray(String[]::new);
            rules.add(noClasses()
                    .that(resideInAPackage(below(name)))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(others))
                    .as(name + " knows " + (known.isEmpty() ? "no other package" : String.join(", ", known) + " only"))
                    .allowEmptyShould(true));
        });
        return rules;
    }

    ArchRule noCycles() {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    /// The process's own environment, streams and end belong to the outermost place.
    ArchRule onlyCliTouchesTheProcessItRunsIn() {
        return noClasses()
                .that(resideInAPackage(root + "..").and(DescribedPredicate.not(resideInAPackage(below("cli")))))
                .should()
                .accessTargetWhere(describe(
                        "System.getenv, exit, in, out, err, or Runtime.exit, halt, addShutdownHook",
                        Rules::isAboutThisProcess))
                .as("only cli reads the real environment and streams, or exits");
    }

    // By owner and name, because a rule for "getenv" by parameters matches one of its overloads only.
    private static boolean isAboutThisProcess(JavaAccess<?> access) {
        String name = access.getName();
        return switch (access.getTargetOwner().getFullName()) {
            case "java.lang.System" ->
                Set.of("getenv", "exit", "in", "out", "err", "setIn", "setOut", "setErr")
                        .contains(name);
            case "java.lang.Runtime" ->
                Set.of("exit", "halt", "addShutdownHook").contains(name);
            default -> false;
        };
    }

    ArchRule onlyAwsAndConsulTalkHttp() {
        return noClasses()
                .that(resideInAPackage(root + "..")
                        .and(DescribedPredicate.not(resideInAnyPackage(below("aws"), below("consul")))))
                .should()
                .dependOnClassesThat(resideInAnyPackage("okhttp3..", "okio.."))
                .as("only aws and consul use okhttp");
    }

    /// What asks for metadata runs before Consul, and must not bring them along.
    ArchRule onlyTheEc2ApiKnowsTheAwsSdk() {
        return noClasses()
                .that(resideInAPackage(root + "..").and(describe("are not of the EC2 API", Rules::isNotOfTheEc2Api)))
                .should()
                .dependOnClassesThat(resideInAnyPackage("software.amazon..", "javax.xml.."))
                .as("only the EC2 API's classes know the AWS SDK and XML");
    }

    private static boolean isNotOfTheEc2Api(JavaClass type) {
        return !type.getPackageName().endsWith(".aws") || !type.getName().contains(".Ec2Api");
    }

    ArchRule onlyProcessHasProcesses() {
        return noClasses()
                .that(resideInAPackage(root + "..").and(DescribedPredicate.not(resideInAPackage(below("process")))))
                .should()
                .dependOnClassesThat(describe("processes, signals, native calls", Rules::isOfProcesses))
                .orShould()
                .accessTargetWhere(describe(
                        "Runtime.exec",
                        access -> access.getTargetOwner().isEquivalentTo(Runtime.class)
                                && access.getName().equals("exec")))
                .as("only process has processes, signals and native calls");
    }

    private static boolean isOfProcesses(JavaClass type) {
        String name = type.getFullName();
        return name.equals("java.lang.Process")
                || name.equals("java.lang.ProcessBuilder")
                || name.startsWith("java.lang.ProcessBuilder$")
                || name.startsWith("java.lang.ProcessHandle")
                || name.startsWith("sun.misc.")
                || name.startsWith("jdk.internal.")
                || type.getPackageName().equals("java.lang.foreign");
    }

    /// Both cost a multiple of the launcher's own start (15 ms and 500 ms).
    ArchRule nothingSlow() {
        return noClasses()
                .that(resideInAPackage(root + ".."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "java.net.http.."))
                .as("nobody uses java.util.logging or java.net.http");
    }

    ArchRule noStaticMutableState() {
        return fields().that(describe("are static", field -> isStatic(field)))
                .should(com.tngtech.archunit.lang.ArchCondition.from(
                        describe("be final and hold what can't change", Rules::isConstant)))
                .as("no static mutable state");
    }

    private static boolean isStatic(JavaField field) {
        return field.getModifiers().contains(JavaModifier.STATIC)
                && !field.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private static boolean isConstant(JavaField field) {
        return field.getModifiers().contains(JavaModifier.FINAL)
                && !field.getRawType().isArray()
                && !MUTABLE.contains(field.getRawType().getFullName());
    }

    ArchRule everyPackageIsNullMarked() {
        return classes()
                .that(resideInAPackage(root + ".."))
                .should(com.tngtech.archunit.lang.ArchCondition.from(describe(
                        "be in a package with @NullMarked",
                        type -> type.getPackage().isAnnotatedWith(NullMarked.class))))
                .as("every package is @NullMarked");
    }

    List<ArchRule> all() {
        List<ArchRule> all = new ArrayList<>(oneWay());
        all.add(noCycles());
        all.add(onlyCliTouchesTheProcessItRunsIn());
        all.add(onlyAwsAndConsulTalkHttp());
        all.add(onlyTheEc2ApiKnowsTheAwsSdk());
        all.add(onlyProcessHasProcesses());
        all.add(nothingSlow());
        all.add(noStaticMutableState());
        all.add(everyPackageIsNullMarked());
        return all;
    }

    private String below(String name) {
        return root + "." + name + "..";
    }
}
