/// The outermost place: reads the real environment, wires the flow together, exits.
@NullMarked
package consul.launcher.cli;

import org.jspecify.annotations.NullMarked;
