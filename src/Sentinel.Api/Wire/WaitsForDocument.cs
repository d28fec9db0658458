using System.Text.Json;
using Sentinel.Model.Policy;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a condition that a process waits for.</summary>
public static class WaitsForDocument
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<WaitsFor> all) => json.WriteObjects("waitsFor", all, waits =>
    {
        json.WriteString("name", waits.Name);
        json.WriteString("until", waits.Until);
        json.WriteString("why", waits.Why);
        json.WriteBoolean("inVain", waits.IsInVain);
    });

    public static IReadOnlyList<WaitsFor> Read(JsonElement all) =>
        [.. all.EnumerateArray().Select(json => new WaitsFor(json.Text("name"), json.Text("until"), json.Text("why"), json.Get("inVain").GetBoolean()))];
}
