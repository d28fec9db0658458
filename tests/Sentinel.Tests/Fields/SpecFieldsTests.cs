using System.Text;
using System.Text.Json;
using CsCheck;
using Sentinel.Api.Wire;
using Sentinel.Model.Fields;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Store;

namespace Sentinel.Tests.Fields;

public sealed class SpecFieldsTests
{
    private static readonly ProcessSpec Plain = new()
    {
        Name = "web",
        Command = Command.From(["web"]),
        WorkingDirectory = "/srv",
        Environment = "",
        Umask = 18,
    };

    private static readonly Asker User = new(
        DateTimeOffset.UnixEpoch, folder => $"/home/{folder}", file => $"/home/{file}", pid => new Owner(new ProcessIdentity(pid, 1, "boot"), "bash"));

    /// <summary>Each field, a value that is not its default, and what it needs to have one.</summary>
    public static TheoryData<string, string, string> Values => new()
    {
        { "name", "api", "" },
        { "command", "server --port 80", "" },
        { "cwd", "app", "" },
        { "env", "A=1", "" },
        { "env-file", ".env", "" },
        { "secret", "KEY=cmd:pass shop/key", "" },
        { "before", "make", "" },
        { "url", "http://localhost:$PORT/", "" },
        { "port", "http=HTTP_PORT", "" },
        { "socket", "http=127.0.0.1:8080", "" },
        { "on-demand", "true", "" },
        { "idle-timeout", "60", "on-demand=true" },
        { "stdin", "open", "" },
        { "tty", "true", "" },
        { "group", "front", "" },
        { "ttl", "90m", "" },
        { "until", "812", "" },
        { "session", "s1", "" },
        { "user", "www:web", "" },
        { "nice", "5", "" },
        { "ionice", "best-effort:3", "" },
        { "cpu-affinity", "0,2", "" },
        { "oom-score-adj", "10", "" },
        { "umask", "0077", "" },
        { "limit", "nofile=1:2", "" },
        { "memory-max", "512M", "" },
        { "cpu-max", "150%", "" },
        { "pids-max", "9", "" },
        { "restart", "on-failure", "" },
        { "max-restarts", "5", "" },
        { "restart-window", "0.5", "max-restarts=3" },
        { "restart-delay", "2.5", "" },
        { "success-codes", "0,143", "" },
        { "no-restart-codes", "78", "" },
        { "stop-command", "docker stop web", "" },
        { "stop-timeout", "2.25", "" },
        { "stop-signal", "SIGINT", "" },
        { "stop-mode", "tree", "" },
        { "pid-file", "web.pid", "" },
        { "max-memory", "1536K", "" },
        { "log-max-size", "0", "" },
        { "log-backups", "7", "" },
        { "log-compress", "true", "" },
        { "log-pipe", "true", "" },
        { "watch", "src,lib/**/*.{cs,resx}", "" },
        { "watch-ignore", "*.log", "watch=." },
        { "watch-then", "signal:SIGHUP", "watch=src" },
        { "watch-no-gitignore", "true", "watch=." },
        { "health-http", "http://localhost:8080/", "" },
        { "health-tcp", "localhost:8080", "" },
        { "health-exec", "check", "" },
        { "health-notify", "true", "" },
        { "health-interval", "5", "health-tcp=localhost:80" },
        { "health-timeout", "5", "health-tcp=localhost:80" },
        { "health-failures", "5", "health-tcp=localhost:80" },
        { "health-start-period", "5", "health-tcp=localhost:80" },
        { "ready-http", "http://localhost:8080/", "" },
        { "ready-tcp", "localhost:8080", "" },
        { "ready-exec", "check", "" },
        { "ready-log", "ready", "" },
        { "ready-notify", "true", "" },
        { "any-listener", "true", "" },
        { "needs", "db,restart:healthy", "" },
        { "after", "proxy", "" },
        { "type", "task", "" },
        { "cron", "30 2 * * 1-5", "" },
        { "every", "90s", "" },
        { "align", "true", "every=15m" },
        { "zone", "Europe/Berlin", "cron=@daily" },
        { "overlap", "queue", "cron=@daily" },
        { "missed", "once", "cron=@daily" },
        { "missed-window", "2h", "cron=@daily" },
        { "jitter", "5m", "cron=@daily" },
        { "startup-timeout", "5", "" },
    };

    [Fact]
    public void Each_field_is_here() => Assert.Equal(SpecFields.All.Select(field => field.Key).Order(), Values.Select(row => row.Data.Item1).Order());

    [Theory]
    [MemberData(nameof(Values))]
    public void What_a_field_is_given_it_has_until_it_is_reset(string key, string value, string needs)
    {
        var field = SpecFields.Find(key)!;
        var before = needs.Length > 0 ? SpecFields.Find(needs.Split('=')[0])!.Give(Plain, [needs.Split('=')[1]], User) : Plain;

        var after = field.Give(before, [value], User);

        Assert.Equal([key is "cwd" or "env-file" ? $"/home/{value}" : value], field.Get(after));
        Assert.False(field.IsSame(before, after));
        Assert.Equal(field.IsRequired, !field.IsSame(before, field.Reset(after)));
        if (field.IsOption)
            Assert.True(field.IsSame(after, ReadBack(after)));
    }

    [Fact]
    public void Whatever_a_spec_has_its_options_say() => AnyState.Spec.Sample(spec =>
        Assert.All(SpecFields.Options, field => Assert.Equal(field.Get(spec), field.Get(ReadBack(spec)))));

    [Theory]
    [InlineData("--health-http and --health-tcp exclude each other", "health-http=http://localhost/", "health-tcp=localhost:80")]
    [InlineData("--health-interval needs a health check", "health-interval=5")]
    [InlineData("--max-restarts needs --restart", "max-restarts=5")]
    [InlineData("--restart-window needs --max-restarts", "restart=always", "restart-window=5")]
    [InlineData("--health-timeout takes 0.1 seconds or more", "health-tcp=localhost:80", "health-timeout=0.01")]
    [InlineData("--stop-timeout takes seconds, from 0 to 86400, not '-1'", "stop-timeout=-1")]
    [InlineData("--log-max-size takes an amount such as 500K or 20M, from 16K up, or 0, not '1K'", "log-max-size=1K")]
    [InlineData("--cwd takes a folder, not ''", "cwd=")]
    [InlineData("--watch-ignore needs --watch", "watch-ignore=*.log")]
    [InlineData("--watch takes files, folders and patterns with commas between them, not 'a,,b'", "watch=a,,b")]
    [InlineData("--on-demand needs --socket", "on-demand=true")]
    [InlineData("--idle-timeout needs --on-demand", "socket=*:80", "idle-timeout=5")]
    [InlineData("--on-demand and a schedule exclude each other", "socket=*:80", "on-demand=true", "cron=@daily")]
    [InlineData("--watch-then no-gap needs a socket", "watch=.", "watch-then=no-gap")]
    [InlineData("--watch-then takes restart, rolling, no-gap, signal:NAME or run:COMMAND, not 'reload'", "watch=.", "watch-then=reload")]
    [InlineData("--umask takes an octal mask such as 022, not '8'", "umask=8")]
    public void What_cannot_be_is_refused_with_the_reason(string why, params string[] given)
    {
        var values = given.Select(word => word.Split('=', 2)).ToDictionary(word => SpecFields.Find(word[0])!, word => (IReadOnlyList<string>)[word[1]]);
        Assert.Contains(why, Assert.Throws<FormatException>(() => SpecFields.Give(Plain, values, User)).Message);
    }

    [Fact]
    public void The_order_in_which_options_are_written_does_not_matter()
    {
        const string options = """{"startup-timeout":5,"ready-tcp":"localhost:80","health-interval":4,"health-tcp":"localhost:80","umask":"0022","cwd":"/srv"}""";
        using var document = JsonDocument.Parse(options);
        var spec = OptionsDocument.Read(document.RootElement, Plain);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(4)), (spec.Readiness!.Timeout, spec.Health!.Interval));
    }

    [Fact]
    public void A_change_of_what_a_start_uses_waits_for_the_next_start()
    {
        var changed = Plain with { Restart = RestartRule.Always, WorkingDirectory = "/", Health = HealthCheck.By(Probe.Tcp("localhost:80")), LogPipe = true };
        Assert.Equal(["cwd", "log-pipe"], SpecFields.AtNextStart(Plain, changed).Select(field => field.Key));
        Assert.Equal(["health-notify"], SpecFields.AtNextStart(Plain, Plain with { Health = HealthCheck.By(Probe.Notify) }).Select(field => field.Key));
    }

    private static ProcessSpec ReadBack(ProcessSpec spec)
    {
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written))
            OptionsDocument.Write(json, spec);
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(written.ToArray()));
        return OptionsDocument.Read(document.RootElement, Plain);
    }
}
