using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of the findings of <c>doctor</c> in <c>--json</c> and in messages; see docs/json.md.</summary>
public static class FindingDocument
{
    /// <summary>Writes them as properties of the current object.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyCollection<Finding> findings)
    {
        json.WriteObjects("findings", findings, finding =>
        {
            json.WriteString("area", finding.Area);
            json.WriteString("level", finding.Level.Word());
            json.WriteString("what", finding.What);
            json.WriteOrNull("mend", finding.Mend);
        });
        json.WriteNumber("broken", findings.Count(finding => finding.Level == Level.Broken));
        json.WriteNumber("degraded", findings.Count(finding => finding.Level == Level.Degraded));
    }

    public static IReadOnlyList<Finding> Read(JsonElement json) => [.. json.Get("findings").EnumerateArray().Select(finding =>
    {
        var (area, what) = (finding.Text("area"), finding.Text("what"));
        return finding.Text("level") switch
        {
            "ok" => Finding.Ok(area, what),
            "degraded" => Finding.Degraded(area, what, finding.Text("mend")),
            "broken" => Finding.Broken(area, what, finding.Text("mend")),
            var word => throw JsonFields.Unknown("level", word),
        };
    })];
}
