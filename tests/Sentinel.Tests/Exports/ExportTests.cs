using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Sentinel.Core.Exports;
using Sentinel.Core.Imports;
using Sentinel.Core.Startup;
using Sentinel.Model.Specs;
using Sentinel.Tests.Imports;
using Sentinel.Tests.Projects;
using FileKeys = Sentinel.Core.Projects.FileKeys;
using ProjectProcess = Sentinel.Core.Projects.ProjectProcess;

namespace Sentinel.Tests.Exports;

public sealed partial class ExportTests
{
    // No NUL, which nothing can execute.
    private static readonly string[] Strange = [.. YamlWriterTests.Strange.Where(text => text.Trim().Length > 0)];

    private static readonly Gen<string> Word = Gen.OneOf(
        Gen.Int[0, Strange.Length - 1].Select(index => Strange[index]), Gen.Char[(char)1, (char)0x17f].Array[0, 8].Select(letters => "x" + new string(letters)));

    public static TheoryData<string> Engines => [.. Exporter.Engines];

    [Fact]
    public void Words_and_values_reach_a_container_as_they_are() => Gen.Select(Word.Array[1, 5], Word).Sample((words, value) =>
    {
        var toml = $"[process.web]\nimage = \"x\"\nrestart = true\nrun = {Toml.Texts(["x", .. words])}\nenv = {{ A = {Toml.Text(value.Replace("${", "$"))} }}";
        value = value.Replace("${", "$");

        var swarm = Service("swarm", toml);
        Assert.Equal(["x", .. words], Texts(swarm, "entrypoint").Select(Interpolated));
        Assert.Equal(value, Interpolated(Text(Table(swarm, "environment"), "A")).Replace("{{\"{{\"}}", "{{"));
        var compose = Service("compose", toml);
        Assert.Equal(["x", .. words], Texts(compose, "entrypoint").Select(Interpolated));
        Assert.Equal(value, Interpolated(Text(Table(compose, "environment"), "A")));
        var objects = Objects(toml);
        Assert.Equal(value, Text(Table(objects[0], "data"), "A"));
        var pod = (Node.Table)((Node.List)Table(Table(Table(objects[1], "spec"), "template"), "spec").Find("containers")!).Items[0];
        Assert.Equal(["x", .. words], Texts(pod, "command").Select(Expanded));
    }, iter: 300);

    [Fact]
    public void Words_and_values_reach_systemd_as_they_are() => Gen.Select(Word.Array[1, 5], Word).Sample((words, value) =>
    {
        value = value.Replace("${", "$");
        if (value.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
            value = "x";
        var exported = Exporting.To("systemd", $"[process.web]\nrun = {Toml.Texts(["x", .. words])}\nenv = {{ A = {Toml.Text(value)} }}");

        var unit = exported.Files[1].Text.Split('\n');
        Assert.Equal(["x", .. words], SystemdQuoting.Words(Assert.Single(unit, line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..]));
        var assignment = Assert.Single(unit, line => line.StartsWith("Environment=", StringComparison.Ordinal))["Environment=".Length..];
        // There, a dollar is only a dollar.
        Assert.Equal($"A={value}", Assert.Single(SystemdQuoting.Words(assignment.Replace("$", "$$"))));
    }, iter: 300);

    [Fact]
    public void Values_that_count_more_than_a_file_reach_systemd_as_they_are() => Word.Sample(value =>
    {
        value = value.Replace("${", "$");
        if (value.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
            value = "x";

        var exported = Exporting.To("systemd", $"[process.web]\nrun = \"x\"\nenv-file = \"web.env\"\nenv = {{ A = {Toml.Text(value)} }}");

        var file = Assert.Single(exported.Files, file => file.IsPrivate);
        Assert.EndsWith($"EnvironmentFile={Read.Folder}/web.env\nEnvironmentFile=/etc/systemd/system/{file.Name}\nKillMode=mixed\nTimeoutStopSec=10\n", exported.Files[1].Text);
        Assert.Equal($"A={value}\n", OfEnvironmentFile(file.Text));
    }, iter: 300);

    [Fact]
    public void Words_and_values_reach_Nomad_as_they_are() => Word.Array[1, 5].Sample(words => Assert.Equal(words, words.Select(word => OfHcl(HclText.Quoted(word)))), iter: 300);

    [Theory]
    [InlineData("x", "\"x\"")]
    [InlineData("say \"a\\b\"", "\"say \\\"a\\\\b\\\"\"")]
    [InlineData("${X} %{Y} $Z 5%", "\"$${X} %%{Y} $Z 5%\"")]
    [InlineData("a\nb\tc\e", "\"a\\nb\\tc\\u001B\"")]
    public void A_text_in_HCL_has_no_template(string text, string quoted) => Assert.Equal(quoted, HclText.Quoted(text));

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_process_without_an_image_is_a_problem_but_not_for_systemd(string engine)
    {
        var project = Read.Good("name = \"shop\"\n[process.web]\nrun = \"x\"\n[process.api]\nimage = \"y\"\nrun = \"x\"\n[process.job]\nrun = \"x\"");

        var problems = Exporter.Problems(project, engine).Select(problem => problem.ToString()).ToList();

        if (engine == "systemd")
            Assert.Empty(problems);
        else
            Assert.Collection(
                problems,
                first => Assert.Matches("^sentinel.toml:2:10: web has no image, and .* runs nothing without one: image = \"registry.example/shop/web:1\"$", first),
                second => Assert.StartsWith("sentinel.toml:7:10: job has no image", second));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_project_without_processes_comes_to_files_without_any(string engine) => Assert.Empty(Exporting.To(engine, "").Shortfalls);

    [Theory]
    [MemberData(nameof(Engines))]
    public void Notes_are_in_the_order_of_the_file_and_each_is_told_once(string engine)
    {
        var told = Exporting.To(engine, Exporting.Projects["shop"]).Shortfalls;

        Assert.Equal(told.OrderBy(one => one.Place.Line), told);
        Assert.Equal(told.Distinct(), told);
        Assert.All(told, one => Assert.False(one.Why.EndsWith('.')));
    }

    [Fact]
    public void A_change_of_a_process_changes_its_hash_and_that_of_no_other()
    {
        const string Toml = "[process.web]\nimage = \"x\"\nrun = \"x\"\n[process.api]\nimage = \"x\"\nrun = \"x\"\n";

        var (before, after) = (Hashes(Exporting.Text("compose", Toml)), Hashes(Exporting.Text("compose", Toml + "nice = 5\n")));

        Assert.Equal(before[0], after[0]);
        Assert.NotEqual(before[1], after[1]);

        static string[] Hashes(string text) => [.. Hash().Matches(text).Select(match => match.Value)];
    }

    [Fact]
    public void A_changed_value_changes_the_name_of_its_config_map_so_that_pods_are_replaced()
    {
        var (one, two) = (Exporting.Text("kubernetes", Toml("a")), Exporting.Text("kubernetes", Toml("b")));

        Assert.NotEqual(MapName().Match(one).Value, MapName().Match(two).Value);
        Assert.Equal(2, MapName().Matches(one).Count);

        static string Toml(string value) => $"[process.web]\nimage = \"x\"\nrun = \"x\"\nrestart = true\nenv = {{ A = \"{value}\" }}";
    }

    [Fact]
    public void Names_that_an_engine_would_not_take_are_changed_and_stay_apart()
    {
        var exported = Exporting.To("kubernetes", "name = \"shop\"\n[process.a_b]\nimage = \"x\"\nrun = \"x\"\n[process.\"A b\"]\nimage = \"x\"\nrun = \"x\"\n[process.\"日本\"]\nimage = \"x\"\nrun = \"x\"");

        Assert.Equal(["a-b", "a-b-2", "process"], exported.Shortfalls.Select(told => CalledThere().Match(told.Why).Groups[1].Value).Where(name => name.Length > 0));
        Assert.Contains("sentinel.dev/process: \"日本\"\n", exported.Files[0].Text);
    }

    [Theory]
    [InlineData("web", "web")]
    [InlineData("-a-", "a")]
    [InlineData("9a", "process-9a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaa-b", "aaaaaaaaaaa")]
    public void A_name_is_as_close_as_it_can_be(string name, string close) =>
        Assert.Equal(close, new NameRule("-", 12, IsLower: true, BeginsWithLetter: true).Of(name, new HashSet<string>()));

    [Fact]
    public void Ports_are_fixed_and_no_two_are_the_same()
    {
        var environment = Table(Service("compose", """
            [process.web]
            image = "x"
            run = "x $API_PORT $POOL_PORT $ANY_PORT"
            port = 3000
            [process.api]
            image = "x"
            run = "x"
            port = "3000+"
            [process.pool]
            image = "x"
            run = "x"
            port = "3000+"
            instances = 2
            [process.any]
            image = "x"
            run = "x"
            port = "auto"
            """), "environment");

        Assert.Equal(["API_PORT=3001", "POOL_PORT=3002", "ANY_PORT=10000", "PORT=3000"], environment.Entries.Select(entry => $"{entry.Key}={((Node.Scalar)entry.Value).Text}"));
    }

    [Fact]
    public void Ports_of_instances_fit_below_the_highest()
    {
        var ports = new PortNumbers([("a", [PortRequest.Parse("65534+")], 3), ("b", [PortRequest.Parse("65535+")], 1)]);

        Assert.Equal((1024, 65535), (ports.Of("a", "port"), ports.Of("b", "port")));
    }

    [Theory]
    [InlineData("swarm")]
    [InlineData("kubernetes")]
    [InlineData("nomad")]
    public void What_is_asked_at_a_port_that_is_not_known_is_told_and_not_asked_elsewhere(string engine)
    {
        var exported = Exporting.To(engine, """
            [process.web]
            image = "x"
            run = "x"
            env-file = "web.env"
            port = { http = 8080 }
            restart = true
            health-http = "http://localhost:$ELSEWHERE/"
            url = "http://$HOST_NAME:$HTTP_PORT/"
            """);

        var told = exported.Shortfalls.Select(one => one.ToString()).ToList();
        Assert.Contains("sentinel.toml:7: web.health-http: 'http://localhost:$ELSEWHERE/' has ELSEWHERE, which is known only where it runs", told);
        Assert.Contains("sentinel.toml:8: web.url: it has HOST_NAME, which is known only where it runs", told);
        Assert.DoesNotContain("localhost", exported.Files[0].Text);
    }

    [Fact]
    public void Who_names_another_process_at_localhost_is_told_its_host()
    {
        var told = Exporting.To("compose", """
            [process.db_1]
            image = "x"
            run = "x"
            port = 5432
            [process.web]
            image = "x"
            run = "x"
            env = { A = "localhost:${DB_1_PORT}", B = "127.0.0.1:${port:db_1}", C = "db:${DB_1_PORT}" }
            """).Shortfalls;

        Assert.Equal("sentinel.toml:8: web.env: in a container, db_1 is not at localhost but at the host db_1", Assert.Single(told).ToString());
    }

    [Fact]
    public void A_large_project_does_not_take_long()
    {
        var project = Read.Good(string.Concat(Enumerable.Range(0, 3_000).Select(number =>
            $"[process.p{number}]\nimage = \"x\"\nrun = \"x $P{(number + 1) % 3_000}_PORT\"\nport = \"auto\"\nenv = {{ A = \"localhost:${{P1_PORT}}\" }}\n")));

        var watch = Stopwatch.StartNew();
        foreach (var engine in Exporter.Engines)
            Exporting.To(engine, project);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void No_value_of_a_secret_is_fetched_or_written(string engine)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "key"), "hunter2");
            var exported = Exporting.To(engine, $"[process.web]\nimage = \"x\"\nrun = \"x\"\nsecret = {{ KEY = \"file:{folder}/key\", TOKEN = \"cmd:touch {folder}/ran; cat {folder}/key\" }}");

            Assert.DoesNotContain("hunter2", Exporting.Whole(exported));
            Assert.Contains("TOKEN", Exporting.Whole(exported));
            Assert.False(File.Exists(Path.Combine(folder.FullName, "ran")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_file_that_is_read_without_being_named_is_told()
    {
        var project = Read.Good("[process.web]\nrun = \"x\"\n[process.api]\nrun = \"x\"\nenv-file = \".env\"\n[process.job]\nrun = \"x\"\ncwd = \"job\"");

        var told = Exporter.Export(project, "systemd", new NoContents(path => path == $"{Read.Folder}/.env")).Shortfalls;

        Assert.Equal([$"sentinel.toml:1: web: {Read.Folder}/.env is read here without being named, and not there; env-file names it"], told.Select(one => one.ToString()));
    }

    [Theory]
    [InlineData("quadlet")]
    [InlineData("nomad")]
    public void What_was_never_run_says_so_in_its_first_line(string engine) =>
        Assert.All(Exporting.To(engine, Exporting.Projects["shop"]).Files, file => Assert.StartsWith("# Not run by Sentinel's tests: ", file.Text));

    [Fact]
    public void What_compose_and_a_project_both_know_comes_back_by_import()
    {
        const string Keys = """
            stop-signal = "SIGINT"
            stop-timeout = 20
            memory-max = "200M"
            cpu-max = "150%"
            pids-max = 50
            limit = ["nofile=1024:4096", "core=unlimited"]
            health-exec = "check me"
            health-interval = 10
            health-timeout = 2
            health-failures = 4
            health-start-period = 5
            cpu-affinity = "0,2"
            oom-score-adj = 5
            """;
        var project = Read.Good($"""
            name = "shop"
            [process.db]
            image = "db:1"
            run = ["db", "two words", "$5", "it's"]
            port = 5432
            {Keys}
            [process.migrate]
            image = "api:1"
            run = "migrate && echo done"
            type = "task"
            needs = "db:healthy"
            [process.api]
            image = "api:1"
            run = "api --serve"
            port = "8080"
            env = {"{ A = \"b c\", B = \"$5\" }"}
            env-file = ["/etc/api.env", "?/etc/more.env"]
            needs = ["migrate", "db,optional,restart:healthy"]
            restart = "on-failure"
            max-restarts = 3
            profile = "debug"
            """);

        var imported = Import.Of("compose.yaml", Exporting.To("compose", project).Files[0].Text);

        var back = Read.Good(imported.Toml);
        Assert.Equal((project.Name, string.Join(' ', project.Processes.Select(process => process.Name))), (back.Name, string.Join(' ', back.Processes.Select(process => process.Name))));
        foreach (var (one, other) in project.Processes.Zip(back.Processes))
        {
            Assert.Equal(one.Run.Command.Arguments, other.Run.Command.Arguments);
            foreach (var setting in one.Settings)
                Assert.Equal($"{one.Name}.{setting.Key} = {string.Join('|', setting.Values)}", $"{one.Name}.{setting.Key} = {string.Join('|', Values(other, setting.Key, setting.Values))}");
            Assert.Equal((one.Instances, string.Join(' ', one.Profiles)), (other.Instances, string.Join(' ', other.Profiles)));
        }

        // Ports are variables there, which these had not.
        static IEnumerable<string> Values(ProjectProcess process, string key, IReadOnlyList<string> own) =>
            (process.Find(key)?.Values ?? []).Where(value => key != "env" || own.Contains(value));
    }

    [Fact]
    public async Task Systemd_itself_finds_nothing_wrong()
    {
        Need("systemd-analyze");
        foreach (var toml in Judged)
        {
            var exported = Exporting.To("systemd", toml);

            // An unknown key is only a warning, with the exit code 0.
            Assert.Equal("", await Said(exported, "systemd-analyze", "verify", "--man=no", exported.Files[0].Name));
        }
    }

    [Theory]
    [InlineData("30 2 * * *")]
    [InlineData("*/7 8-18/2 * * *")]
    [InlineData("5/10 0,12 * JAN,7-9 *")]
    [InlineData("0 4 1,15 * MON-FRI")]
    [InlineData("0 4 */10 * 5-7")]
    [InlineData("0 4 * * 1-5/2,SUN")]
    [InlineData("0 0 L * ?")]
    [InlineData("*/20 * 3 * * *")]
    [InlineData("15-45/10 59 23 31 12 *")]
    [InlineData("@yearly")]
    [InlineData("@monthly")]
    [InlineData("@weekly")]
    [InlineData("@daily")]
    [InlineData("@hourly")]
    [InlineData("@every_minute")]
    public async Task Systemd_itself_finds_the_same_times(string cron)
    {
        Need("systemd-analyze");
        var from = new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var lines = Exporting.To("systemd", $"[process.job]\nrun = \"job\"\ncron = \"{cron}\"\nzone = \"UTC\"").Files[^1].Text.Split('\n')
            .Where(line => line.StartsWith("OnCalendar=", StringComparison.Ordinal)).Select(line => line["OnCalendar=".Length..]);
        var said = await Said(new Exported([], []), "env", ["TZ=UTC", "systemd-analyze", "calendar", "--iterations=8", $"--base-time={from:yyyy-MM-dd HH:mm:ss} UTC", .. lines]);
        var found = said.Split('\n').Where(line => line.Contains("Next elapse:") || line.Contains("Iteration #") || line.Contains("Iter. #"))
            .Select(line => DateTimeOffset.Parse(line.Split(": ")[1].Trim()[4..].Replace(" UTC", "Z"), CultureInfo.InvariantCulture));

        var expected = new List<DateTimeOffset>();
        for (var next = Slots.Next(new Schedule { Cron = cron, Zone = "UTC" }, from); expected.Count < 8; next = Slots.Next(new Schedule { Cron = cron, Zone = "UTC" }, next.Value))
            expected.Add(next!.Value);
        Assert.Equal(expected, found.Distinct().Order().Take(8));
    }

    [Fact]
    public async Task Docker_itself_takes_the_stack()
    {
        Need("docker");
        if (!(await Said(new Exported([], []), "docker", "stack", "--help")).Contains(" config "))
            Skip("this docker has no 'stack config', so that no stack file is read by it");
        foreach (var toml in Judged.Select(toml => toml.Replace("env-file = \"", "env-file = \"?")))
            Assert.StartsWith("version: \"3.8\"\n", await Said(Exporting.To("swarm", toml), "docker", "stack", "config", "-c", "stack.yaml"));
    }

    // All that is here, and one process for each key.
    private static IEnumerable<string> Judged => Exporting.Projects.Values.Append(string.Join('\n', FileKeys.OfProcess.Select((key, index) =>
        $"[process.p{index}]\n{(key.Name == "run" ? "" : "run = \"sleep 1\"\n")}{(key.Name == "image" ? "" : "image = \"x\"\n")}{EveryKeyTests.Values[key.Name]}"))
        + "\n[process.other]\nimage = \"x\"\nrun = \"sleep 2\"");

    private static void Need(string program)
    {
        if (Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
            return;
        Skip($"there is no {program} here, so that nothing is judged by it");
    }

    private static void Skip(string why)
    {
        TestContext.Current.SendDiagnosticMessage(why);
        Assert.Skip(why);
    }

    // What a program says of the exported files, in their folder.
    private static async Task<string> Said(Exported exported, string program, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var file in exported.Files)
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, file.Name), Program().Replace(file.Text, "/bin/true"), TestContext.Current.CancellationToken);
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"{said}\n{Exporting.Whole(exported)}");
            return said;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Node.Table Table(Node.Table table, string key) => Assert.IsType<Node.Table>(table.Find(key));

    private static string Text(Node.Table table, string key) => Assert.IsType<Node.Scalar>(table.Find(key)).Text;

    private static IEnumerable<string> Texts(Node.Table table, string key) => Assert.IsType<Node.List>(table.Find(key)).Items.Select(item => ((Node.Scalar)item).Text);

    private static Node.Table Service(string engine, string toml) => Table(Table((Node.Table)YamlReader.Read("x", Exporting.Text(engine, toml)), "services"), "web");

    private static List<Node.Table> Objects(string toml) =>
        [.. Exporting.Text("kubernetes", toml).Split("\n---\n").Select(text => (Node.Table)YamlReader.Read("x", text))];

    // As systemd.exec(5) says of double quotes in an environment file.
    private static string OfEnvironmentFile(string text) =>
        text.Contains('"') ? Regex.Replace(text[..(text.IndexOf('"'))] + text[(text.IndexOf('"') + 1)..text.LastIndexOf('"')] + "\n", @"\\([""\\`$])", "$1") : text;

    // As HCL's specification says of a quoted template.
    private static string OfHcl(string quoted) => Regex.Replace(quoted[1..^1], @"\\u(?<code>[0-9A-F]{4})|\\(?<letter>.)|(?<template>[$%])\k<template>\{", match => match switch
    {
        _ when match.Groups["code"] is { Success: true } code => ((char)Convert.ToInt32(code.Value, 16)).ToString(),
        _ when match.Groups["template"] is { Success: true } template => template.Value + "{",
        _ => match.Groups["letter"].Value switch { "n" => "\n", "t" => "\t", "r" => "\r", var letter => letter },
    });

    // As docker reads a compose file.
    private static string Interpolated(string text) => text.Replace("$$", "$");

    // As Kubernetes reads a command: two dollars are one, and what is in brackets would be a variable.
    private static string Expanded(string text)
    {
        Assert.DoesNotMatch(@"(?<!\$)(\$\$)*\$\(", text);
        return text.Replace("$$", "$");
    }

    [GeneratedRegex("spec-hash: .*")]
    private static partial Regex Hash();

    [GeneratedRegex("web-env-.*")]
    private static partial Regex MapName();

    [GeneratedRegex("it is called ([^ ]+) there")]
    private static partial Regex CalledThere();

    // systemd looks for them, and none of these need be there.
    [GeneratedRegex(@"(?<=^ExecStart=)(?!/bin/sh )\S+", RegexOptions.Multiline)]
    private static partial Regex Program();
}
