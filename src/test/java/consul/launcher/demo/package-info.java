/// What `bin/demo` shows: a cluster that forms on this machine because each launcher asked "EC2" who it is. JDK only.
@NullMarked
package consul.launcher.demo;

import org.jspecify.annotations.NullMarked;
