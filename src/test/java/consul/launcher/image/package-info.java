/// The image as people get it: every test starts containers of it.
@NullMarked
package consul.launcher.image;

import org.jspecify.annotations.NullMarked;
