using System.Text.Json;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a project that is asked for, in messages.</summary>
internal static class ProjectDocument
{
    public static void Write(Utf8JsonWriter json, Request.Apply apply)
    {
        var what = apply.What;
        json.WriteString("name", what.Name);
        GroupDocument.Write(json, what.Mark);
        json.WriteTexts("environmentFiles", what.EnvironmentFiles);
        json.WriteBase64String("variables", what.Variables.Bytes.Span);
        json.WriteObjects("members", what.Members, member =>
        {
            SpecDocument.Write(json, "spec", member.Spec);
            if (member.Instances is { } instances)
                json.WriteNumber("instances", instances);
        });
        if (what.Hooks.Count > 0)
            json.WriteArray("hooks", what.Hooks, hook => HookDocument.Write(json, hook));
        json.WriteBase64String("environment", what.Environment.Bytes.Span);
        if (what.Origin is { } origin)
            LeaseDocument.Write(json, origin);
        json.WriteTexts("start", apply.ToStart);
        json.WriteBoolean("again", apply.Again);
    }

    public static Request.Apply Read(JsonElement json) => new(
        new ProjectRequest(
            json.Text("name"),
            GroupDocument.ReadProject(json) ?? throw new JsonException("an apply without a project"),
            json.Texts("environmentFiles"),
            SpecDocument.ReadVariables(json),
            [.. json.Get("members").EnumerateArray().Select(member => new ProjectMember(SpecDocument.Read(member.Get("spec")), member.Maybe("instances")?.GetInt32()))],
            new EnvironmentBlock(json.Get("environment").GetBytesFromBase64()),
            json.Maybe("origin") is { } origin ? LeaseDocument.ReadOrigin(origin) : null)
        {
            Hooks = [.. json.Maybe("hooks")?.EnumerateArray().Select(HookDocument.Read) ?? []],
        },
        json.Texts("start"),
        json.Get("again").GetBoolean());
}
