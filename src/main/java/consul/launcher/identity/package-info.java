/// Who this instance is: the value types and the port that a source of identity implements. Knows config only.
@NullMarked
package consul.launcher.identity;

import org.jspecify.annotations.NullMarked;
