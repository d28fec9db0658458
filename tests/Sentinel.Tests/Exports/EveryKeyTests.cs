using Sentinel.Core.Exports;
using Sentinel.Core.Projects;

namespace Sentinel.Tests.Exports;

/// <summary>Nothing of a process is dropped in silence.</summary>
public sealed class EveryKeyTests
{
    // Those that need nothing: what they ask for, every engine does in any case; or the reader has dealt with them.
    private static readonly string[] NeedNothing = ["any-listener", "like", "unset"];

    // And for some engines: logs go through a pipe in a container, and systemd is this machine.
    private static readonly (string Key, string[] Engines)[] NeedNothingThere =
    [
        ("log-pipe", ["swarm", "kubernetes", "compose", "quadlet", "nomad"]),
        ("image", ["systemd"]),
    ];

    /// <summary>Of each key one that is not the default, after the keys that it needs.</summary>
    public static readonly IReadOnlyDictionary<string, string> Values = new Dictionary<string, string>
    {
        ["cron"] = "cron = \"30 2 * * *\"",
        ["every"] = "every = \"30m\"",
        ["align"] = "every = \"30m\"\nalign = true",
        ["zone"] = "cron = \"@daily\"\nzone = \"UTC\"",
        ["overlap"] = "cron = \"@daily\"\noverlap = \"queue\"",
        ["missed"] = "cron = \"@daily\"\nmissed = \"once\"",
        ["missed-window"] = "cron = \"@daily\"\nmissed = \"once\"\nmissed-window = \"2h\"",
        ["jitter"] = "cron = \"@daily\"\njitter = \"5m\"",
        ["run"] = "run = \"other\"",
        ["cwd"] = "cwd = \"/srv/other\"",
        ["env"] = "env = { A = \"b\" }",
        ["env-file"] = "env-file = \"a.env\"",
        ["secret"] = "secret = { A = \"file:a\" }",
        ["before"] = "before = \"x\"",
        ["port"] = "port = 3000",
        ["url"] = "url = \"http://localhost/\"",
        ["stdin"] = "stdin = \"open\"",
        ["tty"] = "tty = true",
        ["user"] = "user = \"daemon\"",
        ["nice"] = "nice = 5",
        ["ionice"] = "ionice = \"idle\"",
        ["cpu-affinity"] = "cpu-affinity = \"0\"",
        ["oom-score-adj"] = "oom-score-adj = 5",
        ["umask"] = "umask = \"077\"",
        ["limit"] = "limit = \"nofile=100\"",
        ["memory-max"] = "memory-max = \"1G\"",
        ["cpu-max"] = "cpu-max = \"50%\"",
        ["pids-max"] = "pids-max = 5",
        ["restart"] = "restart = true",
        ["max-restarts"] = "restart = true\nmax-restarts = 5",
        ["restart-window"] = "restart = true\nmax-restarts = 5\nrestart-window = 5",
        ["restart-delay"] = "restart = true\nrestart-delay = 5",
        ["success-codes"] = "success-codes = [0, 5]",
        ["no-restart-codes"] = "restart = true\nno-restart-codes = 5",
        ["stop-command"] = "stop-command = \"x\"",
        ["stop-timeout"] = "stop-timeout = 5",
        ["stop-signal"] = "stop-signal = \"INT\"",
        ["stop-mode"] = "stop-mode = \"tree\"",
        ["pid-file"] = "pid-file = \"x.pid\"",
        ["max-memory"] = "max-memory = \"1G\"",
        ["socket"] = "socket = \"127.0.0.1:80\"",
        ["on-demand"] = "socket = \"127.0.0.1:80\"\non-demand = true",
        ["idle-timeout"] = "socket = \"127.0.0.1:80\"\non-demand = true\nidle-timeout = 60",
        ["watch"] = "watch = true",
        ["watch-ignore"] = "watch = true\nwatch-ignore = \"x\"",
        ["watch-then"] = "watch = true\nwatch-then = \"rolling\"",
        ["watch-no-gitignore"] = "watch = true\nwatch-no-gitignore = true",
        ["log-max-size"] = "log-max-size = \"1M\"",
        ["log-backups"] = "log-backups = 5",
        ["log-compress"] = "log-compress = true",
        ["log-pipe"] = "log-pipe = true",
        ["health-http"] = "health-http = \"http://localhost/\"",
        ["health-tcp"] = "health-tcp = 80",
        ["health-exec"] = "health-exec = \"x\"",
        ["health-notify"] = "health-notify = true",
        ["health-interval"] = "health-exec = \"x\"\nrestart = true\nhealth-interval = 5",
        ["health-timeout"] = "health-exec = \"x\"\nrestart = true\nhealth-timeout = 5",
        ["health-failures"] = "health-exec = \"x\"\nrestart = true\nhealth-failures = 5",
        ["health-start-period"] = "health-exec = \"x\"\nrestart = true\nhealth-start-period = 5",
        ["ready-http"] = "ready-http = \"http://localhost/\"",
        ["ready-tcp"] = "ready-tcp = 80",
        ["ready-exec"] = "ready-exec = \"x\"",
        ["ready-log"] = "ready-log = \"x\"",
        ["ready-notify"] = "ready-notify = true",
        ["any-listener"] = "any-listener = true",
        ["startup-timeout"] = "ready-exec = \"x\"\nstartup-timeout = 5",
        ["needs"] = "needs = \"other\"",
        ["after"] = "after = \"other\"",
        ["type"] = "restart = true\ntype = \"task\"",
        ["instances"] = "instances = 2",
        ["profile"] = "profile = \"x\"",
        ["hosts"] = "hosts = \"x\"",
        ["image"] = "image = \"y\"",
        ["like"] = "like = \"other\"",
        ["unset"] = "unset = \"nice\"",
    };

    public static TheoryData<string, string> All => [.. FileKeys.OfProcess.SelectMany(key => Exporter.Engines.Select(engine => (key.Name, engine)))];

    [Theory]
    [MemberData(nameof(All))]
    public void Each_key_is_mapped_or_told(string key, string engine)
    {
        Assert.True(Values.TryGetValue(key, out var value), $"there is a new key {key}: it needs a value here");
        var (with, without) = (Export(value, engine), Export(string.Join('\n', value.Split('\n').SkipLast(1)), engine));

        var isTold = with.Shortfalls.Any(told => told.Path == $"web.{key}");
        var isMapped = Plain(with) != Plain(without);

        var needsNothing = NeedNothing.Contains(key) || NeedNothingThere.Any(one => one.Key == key && one.Engines.Contains(engine));
        Assert.True(needsNothing || isTold || isMapped, $"{engine} neither maps {key} nor tells of it");
    }

    [Theory]
    [InlineData("any-listener")]
    [InlineData("like")]
    public void What_needs_nothing_is_not_told(string key) =>
        Assert.All(Exporter.Engines, engine => Assert.DoesNotContain(Export(Values[key], engine).Shortfalls, told => told.Path.EndsWith(key, StringComparison.Ordinal)));

    [Fact]
    public void A_key_that_an_engine_does_not_look_after_is_told_by_itself()
    {
        var engine = new Engine("none", "Nobody", RunsImages: false, new NameRule("", 10, IsLower: false), new Dictionary<string, string> { ["nice"] = "it is not nice" }, _ => []);
        var conversion = new Conversion(Sentinel.Tests.Projects.Read.Good("[process.web]\nrun = \"x\"\nnice = 5\numask = \"077\"\nprofile = \"x\""), engine);

        conversion.Services[0].TellRest(engine);

        Assert.Equal(
            ["sentinel.toml:3: web.nice: it is not nice", "sentinel.toml:4: web.umask: nothing of Nobody stands for it", "sentinel.toml:5: web.profile: nothing of Nobody stands for it"],
            conversion.Told.All.Select(told => told.ToString()));
    }

    private static Exported Export(string keys, string engine) => Exporting.To(engine, $"""
        [process.other]
        image = "x"
        run = "other"
        port = "4000+"
        [process.web]
        {(keys.Contains("image =") ? "" : "image = \"x\"")}
        {(keys.Contains("run =") ? "" : "run = \"web\"")}
        {keys}
        """);

    // Its key changes with all that it is made of.
    private static string Plain(Exported exported) => System.Text.RegularExpressions.Regex.Replace(
        string.Concat(exported.Files.Select(file => $"{file.Name}\n{file.Text}")), "spec.hash.*|env-[0-9a-f]{8}|-[0-9a-f]{8}$", "", System.Text.RegularExpressions.RegexOptions.Multiline);
}
