package dev.gossamer.node;

import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.edge.admin.EffectiveConfig;
import java.util.List;

/** The effective settings, for the admin API. */
record ConfigurationView(Configuration configuration) implements EffectiveConfig {
    @Override
    public List<Setting> settings() {
        return configuration.effective().stream()
                .map(one -> new Setting(one.name(), one.value(), one.source(), one.meaning()))
                .toList();
    }
}
