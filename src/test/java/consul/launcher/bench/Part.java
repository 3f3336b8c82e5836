package consul.launcher.bench;

import java.util.Optional;

/// What is measured, each part bounded in time.
enum Part {
    START("start", "from the launcher's start to Consul's, in turns with the script; half a minute"),
    METADATA("metadata", "the same with a slow metadata service, and with one that fails once; two minutes"),
    IMAGE(
            "image",
            "from the start of a container to an answer of Consul's HTTP API, and what the image weighs; five minutes"),
    MEMORY("memory", "what stays of a launcher while Consul runs; eleven minutes"),
    DRILL("drill", "the time without a leader when two of three servers are lost; two minutes"),
    FLEET("fleet", "many launchers at once, and an EC2 API that throttles; three minutes");

    private final String label;
    private final String what;

    Part(String label, String what) {
        this.label = label;
        this.what = what;
    }

    String label() {
        return label;
    }

    String what() {
        return what;
    }

    static Optional<Part> of(String label) {
        for (Part part : values()) {
            if (part.label.equals(label)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }
}
