package consul.launcher.config;

/// One thing that stops the launch, and the way out. Printed as one line.
///
/// @param what what was read, from where, and what was expected
/// @param remedy what to do about it
public record Problem(String what, String remedy) {

    public String line() {
        return what + ": " + remedy;
    }
}
