package consul.launcher.guide;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// The errors that sources can print, read by the compiler's own parser. In a message `…` stands for what isn't known
/// before it runs; where the source chooses between texts, each choice is a message.
final class Messages {

    static final String VARIES = "…";

    /// More choices in one message than this, and the rest of it counts as what varies.
    private static final int MOST_CHOICES = 8;

    /// Constants made of constants made of constants.
    private static final int DEEPEST = 3;

    /// Types whose values are failures, and the method that puts them into words.
    private static final Map<String, String> TELLING = Map.of("Ec2ApiFailure", "line", "ApiAnswer", "describe");

    private static final Pattern CONSTANT = Pattern.compile("[A-Z][A-Z0-9_]*");

    /// What variables of type String, and constants, are set to: by file and name, constants by `Class.NAME` too.
    private final Map<String, ExpressionTree> values = new HashMap<>();

    /// Each message, and the source that has it.
    private final SortedMap<String, String> found = new TreeMap<>();

    private Messages() {}

    /// @param sources files in Java
    static SortedMap<String, String> in(List<Path> sources) throws IOException {
        Messages messages = new Messages();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
            List<CompilationUnitTree> units = new ArrayList<>();
            task.parse().forEach(units::add);
            units.forEach(messages::collectValues);
            units.forEach(messages::collectMessages);
        }
        return messages.found;
    }

    private static String outermost(CompilationUnitTree unit) {
        String file = Path.of(unit.getSourceFile().getName()).getFileName().toString();
        return file.substring(0, file.length() - ".java".length());
    }

    private void collectValues(CompilationUnitTree unit) {
        String file = unit.getSourceFile().getName();
        String type = outermost(unit);
        Set<String> unclear = new HashSet<>();
        unit.accept(
                new TreeScanner<Void, CompilationUnitTree>() {
                    @Override
                    public @Nullable Void visitVariable(VariableTree variable, CompilationUnitTree in) {
                        String name = variable.getName().toString();
                        ExpressionTree value = variable.getInitializer();
                        boolean constant = CONSTANT.matcher(name).matches();
                        boolean text =
                                constant || String.valueOf(variable.getType()).equals("String");
                        if (value == null || !text || values.putIfAbsent(file + "." + name, value) != null) {
                            unclear.add(file + "." + name);
                        } else if (constant) {
                            values.put(type + "." + name, value);
                        }
                        return super.visitVariable(variable, in);
                    }
                },
                unit);
        unclear.forEach(values::remove);
    }

    private void collectMessages(CompilationUnitTree unit) {
        String type = outermost(unit);
        String file = unit.getSourceFile().getName();
        unit.accept(
                new TreeScanner<Void, CompilationUnitTree>() {
                    @Override
                    public @Nullable Void visitNewClass(NewClassTree made, CompilationUnitTree in) {
                        List<? extends ExpressionTree> arguments = made.getArguments();
                        switch (simpleName(made.getIdentifier())) {
                            case "Problem" -> add(file, arguments.get(0), arguments.get(1));
                            case "NotReady", "TlsException" -> add(file, arguments.getFirst());
                            case "Refused" -> made.accept(lists(), in);
                            // The constants of an enum; what to do is in the line itself.
                            case "Reason" ->
                                texts(file, arguments.getFirst(), 0)
                                        .forEach(what -> found.put("recovery blocked: " + what, file));
                            default -> {}
                        }
                        return super.visitNewClass(made, in);
                    }

                    @Override
                    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, CompilationUnitTree in) {
                        List<? extends ExpressionTree> arguments = call.getArguments();
                        String method = simpleName(call.getMethodSelect());
                        String whose = call.getMethodSelect() instanceof MemberSelectTree select
                                ? simpleName(select.getExpression())
                                : "";
                        if (method.equals("problem") && arguments.size() == 2) {
                            add(file, arguments.get(0), arguments.get(1));
                        } else if (method.equals("error") && whose.equals("log")) {
                            add(file, arguments.getFirst());
                        } else if (method.equals("add") && whose.equals("remedies")) {
                            add(file, arguments.getFirst());
                        }
                        return super.visitMethodInvocation(call, in);
                    }

                    @Override
                    public @Nullable Void visitMethod(MethodTree method, CompilationUnitTree in) {
                        String name = method.getName().toString();
                        if (name.equals(TELLING.get(type))) {
                            method.accept(returns(), in);
                        } else if (type.equals("Remedies")) {
                            method.accept(lists(), in);
                            method.accept(returns(), in);
                        }
                        return super.visitMethod(method, in);
                    }

                    private TreeScanner<Void, CompilationUnitTree> returns() {
                        return new TreeScanner<>() {
                            @Override
                            public @Nullable Void visitReturn(ReturnTree tree, CompilationUnitTree in) {
                                if (tree.getExpression() != null) {
                                    add(file, tree.getExpression());
                                }
                                return super.visitReturn(tree, in);
                            }
                        };
                    }

                    private TreeScanner<Void, CompilationUnitTree> lists() {
                        return new TreeScanner<>() {
                            @Override
                            public @Nullable Void visitMethodInvocation(
                                    MethodInvocationTree call, CompilationUnitTree in) {
                                if (call.getMethodSelect().toString().equals("List.of")) {
                                    call.getArguments().forEach(each -> add(file, each));
                                }
                                return super.visitMethodInvocation(call, in);
                            }
                        };
                    }
                },
                unit);
    }

    private static String simpleName(Tree tree) {
        return switch (tree) {
            case IdentifierTree identifier -> identifier.getName().toString();
            case MemberSelectTree select -> select.getIdentifier().toString();
            default -> "";
        };
    }

    /// @param parts what is printed with a colon between
    private void add(String file, ExpressionTree... parts) {
        List<String> lines = List.of("");
        for (ExpressionTree part : parts) {
            lines = joined(lines, lines.equals(List.of("")) ? List.of("") : List.of(": "));
            lines = joined(lines, texts(file, part, 0));
        }
        for (String line : lines) {
            String message = line.replaceAll("(" + VARIES + ")+", VARIES).strip();
            // Without a word of its own, it is passed on from a place that is read too.
            if (message.chars().filter(Character::isLetter).count() >= 4) {
                found.putIfAbsent(message, file);
            }
        }
    }

    private List<String> texts(String file, ExpressionTree tree, int depth) {
        return switch (tree) {
            case LiteralTree literal -> List.of(String.valueOf(literal.getValue()));
            case ParenthesizedTree inner -> texts(file, inner.getExpression(), depth);
            case BinaryTree sum
            when sum.getKind() == Tree.Kind.PLUS && !isNumber(sum.getRightOperand()) ->
                joined(texts(file, sum.getLeftOperand(), depth), texts(file, sum.getRightOperand(), depth));
            case ConditionalExpressionTree choice ->
                either(List.of(choice.getTrueExpression(), choice.getFalseExpression()), file, depth);
            case SwitchExpressionTree choice ->
                either(
                        choice.getCases().stream()
                                .map(CaseTree::getBody)
                                .filter(ExpressionTree.class::isInstance)
                                .map(ExpressionTree.class::cast)
                                .toList(),
                        file,
                        depth);
            case IdentifierTree name -> value(file, file + "." + name.getName(), depth);
            case MemberSelectTree name ->
                value(file, simpleName(name.getExpression()) + "." + name.getIdentifier(), depth);
            default -> List.of(VARIES);
        };
    }

    private static boolean isNumber(ExpressionTree tree) {
        return tree.getKind() == Tree.Kind.INT_LITERAL || tree.getKind() == Tree.Kind.LONG_LITERAL;
    }

    private List<String> either(List<? extends ExpressionTree> choices, String file, int depth) {
        Set<String> all = new LinkedHashSet<>();
        choices.forEach(choice -> all.addAll(texts(file, choice, depth)));
        return List.copyOf(all);
    }

    /// What a variable holds, if that is one text only: two choices made in different places may belong together.
    private List<String> value(String file, String name, int depth) {
        ExpressionTree value = values.get(name);
        List<String> texts = value == null || depth > DEEPEST ? List.of() : texts(file, value, depth + 1);
        return texts.size() == 1 ? texts : List.of(VARIES);
    }

    private static List<String> joined(List<String> left, List<String> right) {
        if (left.size() * right.size() > MOST_CHOICES) {
            return left.stream().map(text -> text + VARIES).toList();
        }
        List<String> all = new ArrayList<>();
        for (String begin : left) {
            right.forEach(end -> all.add(begin + end));
        }
        return all;
    }
}
