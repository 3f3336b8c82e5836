/// A small world in which lost quorums happen by chance: raft, EC2 with all its lag and errors, partitions,
/// disks that move, kills; launchers that act by the real planner and machine, operators who apply what is
/// advised, and an oracle that sees everything and says which recovery was wrong. Seeded: a history is its
/// seed.
@NullMarked
package consul.launcher.recovery.simulator;

import org.jspecify.annotations.NullMarked;
