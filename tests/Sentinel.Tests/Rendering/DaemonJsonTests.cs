using System.Text.Json;
using Sentinel.Api;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class DaemonJsonTests
{
    [Fact]
    public void A_daemon_is_told_to_programs_with_all_that_it_says_of_itself() => Assert.Equal(
        """{"schemaVersion":1,"running":true,"pid":9,"version":"1.2.3","startedAt":"2026-01-02T03:04:05+00:00","supervised":5,"runningProcesses":4,"restarts":3,"lastError":"no space left"}""",
        Line(new DaemonStatus(9, "1.2.3", Clock.Start, Supervised: 5, Running: 4, Restarts: 3, "no space left")));

    [Fact]
    public void Where_no_daemon_runs_every_field_is_there_all_the_same() => Assert.Equal(
        """{"schemaVersion":1,"running":false,"pid":null,"version":null,"startedAt":null,"supervised":null,"runningProcesses":null,"restarts":null,"lastError":null}""",
        Line(null));

    private static string Line(DaemonStatus? status) => JsonSerializer.Serialize(DaemonJson.From(status), Json.Line.DaemonJson);
}
