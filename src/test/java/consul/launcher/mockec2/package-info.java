/// A small stand-in for what AWS answers: EC2 instance metadata, ECS task metadata and the EC2 API, for a fleet of
/// instances that tests, the demo and the drill launch, notify and terminate. JDK only, so that it starts at once and
/// runs in any container that has a JDK.
@NullMarked
package consul.launcher.mockec2;

import org.jspecify.annotations.NullMarked;
