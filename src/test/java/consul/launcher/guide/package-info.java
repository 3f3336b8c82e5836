/// What the pages for operators say, held against the sources and against real agents.
@NullMarked
package consul.launcher.guide;

import org.jspecify.annotations.NullMarked;
