/// The contract of docker-entrypoint.sh, rule by rule, seen from outside: the real launcher with recorders in the place
/// of `consul`, `su-exec` and `setcap`.
@NullMarked
package consul.launcher.contract;

import org.jspecify.annotations.NullMarked;
