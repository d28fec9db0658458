using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Api;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class DaemonJsonTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void A_daemon_is_told_to_programs_with_all_that_it_says_of_itself() => Assert.Equal(
        """{"schemaVersion":1,"running":true,"pid":9,"version":"1.2.3","startedAt":"2026-01-02T03:04:05+00:00","supervised":5,"runningProcesses":4,"restarts":3,"lastError":"no space left","oldestProtocol":4,"newestProtocol":6}""",
        Line(new DaemonStatus(9, "1.2.3", Clock.Start, Supervised: 5, Running: 4, Restarts: 3, "no space left") { Protocols = new ProtocolRange(4, 6) }));

    [Theory]
    [InlineData(null, "null")]
    [InlineData(9, "9")]
    public void Where_no_daemon_runs_every_field_is_there_all_the_same(int? stopped, string pid) => Assert.Equal(
        $$"""{"schemaVersion":1,"running":false,"pid":{{pid}},"version":null,"startedAt":null,"supervised":null,"runningProcesses":null,"restarts":null,"lastError":null,"oldestProtocol":null,"newestProtocol":null}""",
        Line(null, stopped));

    private static string Line(DaemonStatus? status, int? stopped = null) => JsonNode.Parse(Documents.Of(status, stopped))!.ToJsonString(Relaxed);
}
