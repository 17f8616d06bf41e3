package curator;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs Curator's recipes, unchanged, at the ZooKeeper of the first argument; says of each case whether it went well: a line of its name, a tab and what went wrong, which is nothing where
 * nothing did. Every method of the classes below that takes a bench is a case.
 */
public final class Recipes {
    private static final List<Object> CASES = List.of(new ZNodes(), new Locks(), new Leaders(), new Counters(), new Caches(), new Queues());

    /** Cases wait more than they work; each has znodes and clients of its own. */
    private static final int CASES_AT_ONCE = 8;

    private Recipes() {
    }

    public static void main(String[] arguments) throws Exception {
        ExecutorService runners = Executors.newFixedThreadPool(CASES_AT_ONCE, Checks::daemon);
        var runs = new ArrayList<Future<String>>();
        for (Object cases : CASES) {
            for (Method method : cases.getClass().getDeclaredMethods()) {
                if (method.getParameterCount() == 1 && method.getParameterTypes()[0] == Bench.class) {
                    runs.add(runners.submit(() -> run(arguments[0], cases, method)));
                }
            }
        }
        for (Future<String> run : runs) {
            System.out.println(run.get());
        }
        System.exit(0);
    }

    private static String run(String address, Object cases, Method method) {
        try (var bench = new Bench(address, method.getName())) {
            method.invoke(cases, bench);
            return method.getName() + "\t";
        } catch (InvocationTargetException failure) {
            return method.getName() + "\t" + describe(failure.getCause());
        } catch (Exception failure) {
            return method.getName() + "\t" + describe(failure);
        }
    }

    private static String describe(Throwable failure) {
        var text = new StringBuilder(failure.toString());
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getClassName().startsWith("curator.")) {
                text.append(" at ").append(frame);
            }
        }
        return text.toString().replaceAll("\\s+", " ");
    }
}
