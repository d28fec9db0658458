using System.Text.Json;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a spec in state.json and in requests: its settings are <c>options</c>, see <see cref="SpecFields"/>.</summary>
public static class SpecDocument
{
    /// <summary>Whether both ask for the same.</summary>
    public static bool AreSame(ProcessSpec one, ProcessSpec other)
    {
        return Written(one).AsSpan().SequenceEqual(Written(other));

        static byte[] Written(ProcessSpec spec) => JsonFields.Object(JsonFields.Relaxed, json => Write(json, "spec", spec));
    }

    public static void Write(Utf8JsonWriter json, string property, ProcessSpec spec)
    {
        json.WriteStartObject(property);
        json.WriteString("name", spec.Name);
        if (spec.Instance is { } instance)
        {
            json.WriteStartObject("instance");
            json.WriteString("set", instance.Set);
            json.WriteNumber("number", instance.Number);
            json.WriteEndObject();
        }

        json.WriteStartObject("command");
        json.WriteTexts("arguments", spec.Command.Arguments);
        json.WriteString("text", spec.Command.Text);
        json.WriteBoolean("shell", spec.Command.Shell);
        json.WriteEndObject();
        json.WriteString("environment", spec.Environment);
        if (!spec.Variables.Bytes.IsEmpty)
            json.WriteBase64String("variables", spec.Variables.Bytes.Span);
        if (spec.Inherited is { } inherited)
            json.WriteString("inherited", inherited);
        if (spec.Lease is { } lease)
            LeaseDocument.Write(json, lease);
        json.WritePropertyName("options");
        OptionsDocument.Write(json, spec);
        json.WriteEndObject();
    }

    public static ProcessSpec Read(JsonElement json) =>
        OptionsDocument.Read(json.Get("options"), new ProcessSpec
        {
            Name = json.Text("name"),
            Instance = json.Maybe("instance") is { } instance ? new Instance(instance.Text("set"), instance.Get("number").GetInt32()) : null,
            Command = ReadCommand(json.Get("command")),
            Environment = json.SharedText("environment"),
            Variables = ReadVariables(json),
            Inherited = json.Maybe("inherited") is null ? null : json.SharedText("inherited"),
            Lease = json.Maybe("lease") is { } lease ? LeaseDocument.ReadLease(lease) : null,
            // Required options.
            WorkingDirectory = "",
            Umask = -1,
        });

    public static EnvironmentBlock ReadVariables(JsonElement json) =>
        json.Maybe("variables") is { } variables ? new EnvironmentBlock(variables.GetBytesFromBase64()) : EnvironmentBlock.Empty;

    public static Command ReadCommand(JsonElement json) =>
        new(json.Texts("arguments"), json.Text("text"), json.Get("shell").GetBoolean());
}
