/// A small reader of JSON (RFC 8259). Not Jackson: its first document costs a start 70 ms in a task of ECS, and its 400
/// classes would be the largest part of what an idle launcher has in memory. Knows nobody.
@NullMarked
package consul.launcher.json;

import org.jspecify.annotations.NullMarked;
