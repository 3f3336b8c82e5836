/// Watches over a running agent: is it ready, is its instance going away, and what follows from it. Decides purely; a
/// watch never takes Consul down. Knows config, identity, aws, consul and process.
@NullMarked
package consul.launcher.watch;

import org.jspecify.annotations.NullMarked;
