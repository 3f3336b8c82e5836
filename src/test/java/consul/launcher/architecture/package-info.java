/// The dependencies between the packages, enforced; and a planted violation for each rule, so that each was seen to
/// fail.
@NullMarked
package consul.launcher.architecture;

import org.jspecify.annotations.NullMarked;
