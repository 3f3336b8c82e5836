/// The agent's command line: pure assembly of flags, each with its origin. Knows config, identity and json.
@NullMarked
package consul.launcher.agent;

import org.jspecify.annotations.NullMarked;
