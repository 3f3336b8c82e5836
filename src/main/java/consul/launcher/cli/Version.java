package consul.launcher.cli;

/// The launcher's version, given by the starter's options so that no manifest must be read.
final class Version {

    private static final String PROPERTY = "consul.launcher.version";

    private Version() {}

    static String ofLauncher() {
        return System.getProperty(PROPERTY, "development");
    }
}
