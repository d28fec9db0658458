using Sentinel.Api;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class LogBookTests : IDisposable
{
    private const int Much = 100_000;

    private readonly MadeUpSentinel _sentinel = new();

    [Fact]
    public void What_is_rotated_is_compressed_if_that_is_wanted()
    {
        var (stdout, stderr) = Written("web", Much);

        Assert.IsType<Outcome.Rotated>(Assert.Single(Do(new Request.RotateLogs(new Selection.Named(["web"])))));
        Assert.InRange(new FileInfo(stdout).Length, 1, Much - 1);
        Assert.True(File.Exists(stdout + ".1"));
        Assert.False(File.Exists(stderr + ".1"));
        Assert.Equal(_sentinel["web"].Spec.LogLimits.Compress ? [stdout] : [], _sentinel.Compressed);
    }

    [Fact]
    public void A_log_that_fills_no_block_is_not_rotated_and_a_name_that_is_none_is_missing()
    {
        Written("web", 10);

        var outcomes = Do(new Request.RotateLogs(new Selection.Named(["web", "nobody"])));

        Assert.IsType<Outcome.NotRotated>(outcomes[0]);
        Assert.Equal(FailureCode.NotFound, Assert.IsType<Outcome.Failed>(outcomes[1]).Code);
    }

    [Theory]
    [InlineData(null, 0, 0)]
    [InlineData(LogStream.Stdout, 0, 7)]
    [InlineData(LogStream.Stderr, 10, 0)]
    public void Clearing_empties_the_streams_that_were_named(LogStream? stream, int stdoutBytes, int stderrBytes)
    {
        var (stdout, stderr) = Written("web", 10, 7);

        Assert.IsType<Outcome.Cleared>(Assert.Single(Do(new Request.ClearLogs(new Selection.All(), stream))));
        Assert.Equal((stdoutBytes, stderrBytes), (new FileInfo(stdout).Length, new FileInfo(stderr).Length));
    }

    [Fact]
    public void A_log_that_cannot_be_changed_is_a_failure_and_the_other_is_changed_all_the_same()
    {
        var (stdout, stderr) = Written("web", 0, 7);
        File.Delete(stdout);
        Directory.CreateDirectory(stdout);

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(Do(new Request.ClearLogs(new Selection.Named(["web"]), null))));

        Assert.StartsWith("its logs cannot be cleared: ", failed.Why);
        Assert.Equal(0, new FileInfo(stderr).Length);
    }

    [Fact]
    public void Commands_rotate_what_is_larger_than_it_may_be()
    {
        var (stdout, _) = Written("web", Much);
        _sentinel.Supervisor.RotateLargeLogs();
        Assert.False(File.Exists(stdout + ".1"));

        using (var transaction = _sentinel.Store.Begin())
        {
            var record = _sentinel["web"];
            transaction.State = transaction.State.With(record with { Spec = record.Spec with { LogLimits = record.Spec.LogLimits with { MaxBytes = 50_000 } } });
            transaction.Save();
        }

        _sentinel.Supervisor.RotateLargeLogs();
        Assert.True(File.Exists(stdout + ".1"));
    }

    public void Dispose() => _sentinel.Dispose();

    private IReadOnlyList<Outcome> Do(Request request) => _sentinel.Supervisor.Do(request).Now();

    private (string Stdout, string Stderr) Written(string name, int stdoutBytes, int stderrBytes = 0)
    {
        _sentinel.Started(name);
        var (stdout, stderr) = (_sentinel.Home.StdoutOf(_sentinel[name]), _sentinel.Home.StderrOf(_sentinel[name]));
        Directory.CreateDirectory(Path.GetDirectoryName(stdout)!);
        foreach (var (path, bytes) in new[] { (stdout, stdoutBytes), (stderr, stderrBytes) })
            File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)'x', bytes)]);
        return (stdout, stderr);
    }
}
