package dev.gossamer.node.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a YAML file into dotted names, each with the line that says it. */
final class YamlFile {
    private static final int BYTES_MAX = 1 << 20;

    private final String name;
    private final Map<String, RawValue> values = new LinkedHashMap<>();

    private YamlFile(String name) {
        this.name = name;
    }

    static Map<String, RawValue> read(Path path) {
        YamlFile file = new YamlFile(String.valueOf(path.getFileName()));
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw new ConfigException(
                        path + " is larger than 1 MiB; is it a configuration file?");
            }
            try (Reader reader = Files.newBufferedReader(path)) {
                file.readDocument(reader);
            }
        } catch (IOException e) {
            throw new ConfigException(
                    "cannot read the configuration file " + path + ": " + e.getMessage(), e);
        } catch (YamlEngineException e) {
            throw new ConfigException(path + " is not valid YAML: " + e.getMessage(), e);
        }
        return file.values;
    }

    private void readDocument(Reader reader) {
        Optional<Node> root = new Compose(LoadSettings.builder().build()).composeReader(reader);
        if (root.isPresent()) {
            readMapping("", root.get());
        }
    }

    private void readMapping(String prefix, Node node) {
        if (!(node instanceof MappingNode mapping)) {
            throw new ConfigException(
                    place(node) + ": expected 'name: value' pairs" + under(prefix));
        }
        for (NodeTuple pair : mapping.getValue()) {
            readPair(prefix, pair);
        }
    }

    private void readPair(String prefix, NodeTuple pair) {
        if (!(pair.getKeyNode() instanceof ScalarNode key)) {
            throw new ConfigException(
                    place(pair.getKeyNode()) + ": expected a name" + under(prefix));
        }
        String path = prefix + key.getValue();
        switch (pair.getValueNode()) {
            case ScalarNode scalar -> put(path, scalar.getValue(), key);
            case SequenceNode list -> put(path, String.join(",", scalars(path, list)), key);
            case Node nested -> readMapping(path + ".", nested);
        }
    }

    private List<String> scalars(String path, SequenceNode list) {
        List<String> items = new ArrayList<>();
        for (Node item : list.getValue()) {
            if (!(item instanceof ScalarNode scalar)) {
                throw new ConfigException(place(item) + ": " + path + " is a list of plain values");
            }
            items.add(scalar.getValue());
        }
        return items;
    }

    private void put(String path, String text, Node key) {
        RawValue before = values.put(path, new RawValue(text, place(key)));
        if (before != null) {
            throw new ConfigException(
                    place(key) + ": " + path + " was already set at " + before.source());
        }
    }

    private static String under(String prefix) {
        return prefix.isEmpty() ? "" : " under " + prefix.substring(0, prefix.length() - 1);
    }

    private String place(Node node) {
        return node.getStartMark().map(mark -> name + ":" + (mark.getLine() + 1)).orElse(name);
    }
}
