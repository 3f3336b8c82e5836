/// What the build puts together: the directory with the launcher, its libraries, its starter and its AOT cache.
@NullMarked
package consul.launcher.build;

import org.jspecify.annotations.NullMarked;
