/// Settings: every variable read and checked once, all problems collected. Knows json.
@NullMarked
package consul.launcher.config;

import org.jspecify.annotations.NullMarked;
