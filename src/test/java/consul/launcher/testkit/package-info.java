/// What the tests with real processes share: waiting for a condition, running a process, recording how one was called.
@NullMarked
package consul.launcher.testkit;

import org.jspecify.annotations.NullMarked;
