/// HTTP/1.1 over a plain connection: what a start asks metadata by, and what a launcher speaks while it idles beside
/// Consul. Without a library: okhttp would be a third of the start, a quarter of the memory, and most of the
/// wake-ups, of an idle launcher. For aws and consul. Knows nobody.
@NullMarked
package consul.launcher.http;

import org.jspecify.annotations.NullMarked;
