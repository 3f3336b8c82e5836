package consul.launcher.architecture.planted.stray;

/// In a package that the flow doesn't know, and that isn't `@NullMarked`.
record Stray() {}
