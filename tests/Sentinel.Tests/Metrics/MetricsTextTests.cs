using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Sentinel.Api;
using Sentinel.Core.Metrics;
using Sentinel.Model.Policy;
using Sentinel.Tests.Daemon;

namespace Sentinel.Tests.Metrics;

public sealed partial class MetricsTextTests
{
    private static readonly DateTimeOffset Since = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly ProcessMetrics Web = new()
    {
        Name = "shop/web-2",
        Instance = 2,
        State = "running",
        IsUp = true,
        IsReady = true,
        IsHealthy = false,
        StartedAt = Since,
        CpuSeconds = 12.5,
        MemoryBytes = 4096,
        MemoryLimitBytes = 1048576,
        Threads = 3,
        HasReadiness = true,
        HasHealthCheck = true,
        Stdout = new LogMetrics(1000, 2),
        Stderr = new LogMetrics(0, 0),
        Tally = new Tally
        {
            Restarts = Counts<RestartReason>.None.With(RestartReason.Crash, 3),
            Ends = Counts<EndKind>.None.With(EndKind.Failure, 2).With(EndKind.OutOfMemory),
            Checks = Counts<CheckResult>.None.With(CheckResult.Passed, 7),
            Starts = StartTimes.None.After(TimeSpan.FromSeconds(0.25)).After(TimeSpan.FromSeconds(400)),
        },
    };

    private static readonly ProcessMetrics Job = new() { Name = "job", State = "done", IsTask = true, LastRunSeconds = 1.25, Tally = new Tally { LastSuccess = Since } };

    private static readonly Answer.Metrics All = new([Web, Job], new DaemonMetrics(9_000_000, 42, 3, 0.006), "1.2.3");

    [Fact]
    public void Prometheus_reads_it_so() => Assert.Equal(Golden("prometheus"), MetricsText.Of(All, MetricsFormat.Prometheus));

    [Fact]
    public void In_OpenMetrics_a_family_has_its_name_without_an_ending_and_all_ends_with_a_mark() =>
        Assert.Equal(Golden("openmetrics"), MetricsText.Of(All, MetricsFormat.OpenMetrics));

    [Fact]
    public void Values_are_called_the_same_in_both_formats() => ProtocolTests.Measured.Sample(measured => Assert.Equal(
        Values(MetricsText.Of(measured, MetricsFormat.Prometheus)), Values(MetricsText.Of(measured, MetricsFormat.OpenMetrics))));

    [Fact]
    public void What_means_nothing_for_a_process_is_left_out()
    {
        var text = MetricsText.Of(new Answer.Metrics([new ProcessMetrics { Name = "web", State = "stopped" }], Daemon: null, "1"), MetricsFormat.Prometheus);

        foreach (var name in (string[])["_healthy", "_cpu", "_memory", "_threads", "start_", "health_checks", "log_", "task", "daemon"])
            Assert.DoesNotContain(name, string.Join('\n', Values(text)));
        Assert.Contains("sentinel_process_up{process=\"web\"} 0", text);
    }

    [Theory]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("a\\\"\nb", "a\\\\\\\"\\nb")]
    [InlineData("prod{x=\"1\"} 7", "prod{x=\\\"1\\\"} 7")]
    [InlineData("日本 é", "日本 é")]
    public void Whatever_a_process_is_called_its_name_is_one_label(string name, string written) =>
        Assert.Contains($"sentinel_process_up{{process=\"{written}\"}} 0\n", MetricsText.Of(new Answer.Metrics([Web with { Name = name, Instance = null, IsUp = false }], null, "1"), MetricsFormat.Prometheus));

    [Fact]
    public void Every_line_of_any_answer_is_a_comment_or_a_value_and_each_value_is_there_once() => ProtocolTests.Measured.Sample(measured =>
    {
        var named = measured with { All = [.. measured.All.DistinctBy(process => process.Name)] };
        var lines = MetricsText.Of(named, MetricsFormat.Prometheus).Split('\n')[..^1];

        Assert.All(lines, line => Assert.Matches(Line(), line));
        var values = lines.Where(line => line[0] != '#').Select(line => line[..line.LastIndexOf(' ')]).ToList();
        Assert.Equal(values.Distinct(), values);
    }, iter: 500);

    [Fact]
    public void A_family_stands_together_under_its_own_name() => ProtocolTests.Measured.Sample(measured =>
    {
        var text = MetricsText.Of(measured, MetricsFormat.OpenMetrics);
        var families = Type().Matches(text).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(families.Distinct(), families);
        Assert.EndsWith("# EOF\n", text);
        var current = "";
        foreach (var line in text.Split('\n')[..^2])
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                current = line.Split(' ')[2];
            else if (line[0] != '#')
                Assert.StartsWith(current, line);
    }, iter: 300);

    [Fact]
    public void The_buckets_of_a_histogram_grow_up_to_its_count() => ProtocolTests.Measured.Sample(measured => Assert.All(measured.All.Where(process => process.HasReadiness), process =>
    {
        var text = MetricsText.Of(measured with { All = [process] }, MetricsFormat.Prometheus);
        var buckets = Bucket().Matches(text).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(StartTimes.Bounds.Count + 1, buckets.Count);
        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(buckets[^1], double.Parse(Count().Match(text).Groups[1].Value, CultureInfo.InvariantCulture));
    }), iter: 300);

    [Fact]
    public void No_pid_and_no_command_is_told()
    {
        var labels = LabelName().Matches(MetricsText.Of(All, MetricsFormat.Prometheus)).Select(match => match.Groups[1].Value).Distinct().Order();

        Assert.Equal(["how", "instance", "le", "process", "project", "reason", "result", "state", "stream", "version"], labels);
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "../../../../tests/Sentinel.Tests/Metrics", $"{name}.txt"));

    private static List<string> Values(string text) => [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    [GeneratedRegex("""^(# (HELP|TYPE) sentinel_\w+ .+|sentinel_\w+(\{(\w+="([^"\\\n]|\\[\\"n])*",?)+\})? [-+0-9.E]+)$""")]
    private static partial Regex Line();

    [GeneratedRegex(@"^# TYPE (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(@"^sentinel_process_start_duration_seconds_bucket.* (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Bucket();

    [GeneratedRegex(@"^sentinel_process_start_duration_seconds_count.* (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Count();

    [GeneratedRegex("(\\w+)=\"")]
    private static partial Regex LabelName();
}
