/// What the launcher costs, measured: the program behind `bin/bench`.
@NullMarked
package consul.launcher.bench;

import org.jspecify.annotations.NullMarked;
