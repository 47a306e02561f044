package dev.gossamer.node.mesh;

import dev.gossamer.node.store.LowerTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;

/** A tier under the memory of which nothing is known but the versions of what rests there. */
final class RestingVersions {
    private RestingVersions() {}

    static LowerTier below(Map<Bytes, Version> resting) {
        return (LowerTier)
                Proxy.newProxyInstance(
                        LowerTier.class.getClassLoader(),
                        new Class<?>[] {LowerTier.class},
                        (_, method, arguments) -> {
                            if (method.getName().equals("versionOrNull")) {
                                return resting.get((Bytes) arguments[1]);
                            }
                            try {
                                return method.invoke(LowerTier.NONE, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
