using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of an environment in <c>--json</c> and in messages; see docs/json.md.</summary>
public static class EnvironmentDocument
{
    /// <summary>Writes it as properties of the current object.</summary>
    public static void Write(Utf8JsonWriter json, EnvironmentInfo environment)
    {
        json.WriteNumber("id", environment.Id);
        json.WriteString("name", environment.Name);
        json.WriteBoolean("running", environment.IsOfRun);
        json.WriteObjects("variables", environment.Variables, variable =>
        {
            json.WriteString("name", variable.Name);
            json.WriteBoolean("set", variable.IsSet);
            json.WriteBoolean("masked", variable.IsMasked);
            json.WriteOrNull("value", variable.Value);
            json.WriteObjectOrNull("source", variable.Source, Write);
            json.WriteBoolean("outdated", variable.IsOutdated);
            json.WriteOrNull("nextValue", variable.NextValue);
            json.WriteObjectOrNull("nextSource", variable.NextSource, Write);
        });
    }

    public static EnvironmentInfo Read(JsonElement json) => new(
        json.Get("id").GetInt32(),
        json.Text("name"),
        json.Get("running").GetBoolean(),
        [.. json.Get("variables").EnumerateArray().Select(variable => new VariableInfo(
            variable.Text("name"),
            variable.Get("set").GetBoolean(),
            variable.Maybe("value")?.GetString(),
            ReadSource(variable, "source"),
            variable.Get("outdated").GetBoolean(),
            variable.Maybe("nextValue")?.GetString(),
            ReadSource(variable, "nextSource"))
        {
            IsMasked = variable.Get("masked").GetBoolean(),
        })]);

    private static void Write(Utf8JsonWriter json, EnvironmentSource source)
    {
        json.WriteString("layer", source.Layer);
        json.WriteOrNull("name", source.Name);
        json.WriteOrNull("line", source.Line);
    }

    private static EnvironmentSource? ReadSource(JsonElement variable, string name) => variable.Maybe(name) is { } source
        ? new EnvironmentSource(source.Text("layer"), source.Maybe("name")?.GetString(), source.Maybe("line")?.GetInt32())
        : null;
}
