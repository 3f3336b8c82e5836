package consul.launcher.agent;

/// A node id, in the form of a UUID, made of the id of an EC2 instance or an ECS task.
final class NodeId {

    private static final int DIGITS = 32;

    private NodeId() {}

    /// The name's hexadecimal digits, repeated until there are enough: a task's id has 32, an instance's 17 or 8.
    static String of(String name) {
        StringBuilder digits = new StringBuilder();
        for (int i = name.startsWith("i-") ? 2 : 0; i < name.length(); i++) {
            if (name.charAt(i) != '-') {
                digits.append(name.charAt(i));
            }
        }
        int period = digits.length();
        while (digits.length() < DIGITS) {
            digits.append(digits.charAt(digits.length() - period));
        }
        digits.setLength(DIGITS);
        for (int at : new int[] {20, 16, 12, 8}) {
            digits.insert(at, '-');
        }
        return digits.toString();
    }
}
