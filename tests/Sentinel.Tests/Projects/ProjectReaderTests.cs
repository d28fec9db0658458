using Sentinel.Core.Projects;

namespace Sentinel.Tests.Projects;

public sealed class ProjectReaderTests
{
    [Fact]
    public void A_file_becomes_a_project_with_the_place_of_each_value()
    {
        var project = Read.Good("""
            name = "store"
            env-file = [".env", "?.env.local"]
            env = { LOG_LEVEL = "info", WORKERS = 4, DEBUG = true }

            [process.db]
            run = "postgres -p $PORT"
            port = "5432+"
            stop-signal = "INT"

            [process.api]
            run = ["./serve", "--all", "a b"]
            needs = "db"
            instances = 2
            profile = "debug"
            """);

        Assert.Equal(("store", Read.Folder, $"{Read.Folder}/sentinel.toml"), (project.Name, project.Folder, project.File));
        Assert.Equal(["sentinel.toml"], project.Files);
        Assert.Equal([$"{Read.Folder}/.env", $"?{Read.Folder}/.env.local"], project.EnvironmentFiles.Select(file => file.Text));
        Assert.Equal([("LOG_LEVEL", "info"), ("WORKERS", "4"), ("DEBUG", "true")], project.Variables.Select(variable => (variable.Name, variable.Value)));
        Assert.Equal("sentinel.toml:3:21", project.Variables[0].Place.ToString());
        Assert.Equal(["db", "api"], project.Processes.Select(process => process.Name));
        var (db, api) = (project.Processes[0], project.Processes[1]);
        Assert.Equal("sentinel.toml:5:10", db.Place.ToString());
        Assert.Equal(("postgres -p $PORT", false, "sentinel.toml:6:7"), (db.Run.Words.Single(), db.Run.IsExact, db.Run.Place.ToString()));
        Assert.Equal(["port: 5432+", "stop-signal: INT"], db.Settings.Select(setting => $"{setting.Key}: {string.Join(' ', setting.Values)}"));
        Assert.Equal("sentinel.toml:7:8", db.Find("port")!.Place.ToString());
        Assert.Null(db.Instances);
        Assert.Equal(["./serve", "--all", "a b"], api.Run.Words);
        Assert.True(api.Run.IsExact);
        Assert.Equal((2, "debug", Read.Folder), (api.Instances, api.Profiles.Single(), api.Folder));
        Assert.Equal(["db"], api.Find("needs")!.Values);
    }

    [Fact]
    public void A_machine_gets_the_processes_that_are_for_it_and_what_is_elsewhere_is_not_needed_there()
    {
        var project = Read.Good("""
            [hosts]
            web = ["w1", "w2"]
            db = "d1"
            [process.api]
            run = "a"
            hosts = ["web", "d1"]
            needs = ["store", "log,optional"]
            after = "store"
            [process.store]
            run = "b"
            hosts = "db"
            [process.log]
            run = "c"
            """);

        Assert.Equal(["w1", "w2"], project.Hosts["web"]);
        Assert.Equal(["d1"], project.Hosts["db"]);
        var (web, db) = (project.On(["w1", "web"]), project.On(["d1", "db"]));
        Assert.Equal(["api", "log"], web.Processes.Select(process => process.Name));
        Assert.Equal(["log,optional"], web.Processes[0].Find("needs")!.Values);
        Assert.Null(web.Processes[0].Find("after"));
        Assert.Same(project, db);
        Assert.Equal(["w1", "w2", "d1"], project.MachinesOf(project.Processes[0]));
    }

    [Fact]
    public void An_image_is_no_setting_and_comes_from_what_a_process_is_like()
    {
        var api = Read.Good("[process.web]\nrun = \"x\"\nimage = \"shop/web:2\"\n[process.api]\nlike = \"web\"").Processes[1];

        Assert.Equal("shop/web:2", api.Image);
        Assert.Empty(api.Settings);
        Assert.Null(Read.Process("run = \"x\"").Image);
    }

    [Fact]
    public void A_project_without_a_name_has_that_of_its_folder() => Assert.Equal("shop", Read.Good("").Name);

    [Theory]
    [InlineData("stop-timeout", "10", "10")]
    [InlineData("stop-timeout", "0.5", "0.5")]
    [InlineData("stop-timeout", "\"90s\"", "90")]
    [InlineData("stop-timeout", "\"2h\"", "7200")]
    [InlineData("stop-timeout", "\"500ms\"", "0.5")]
    [InlineData("stop-timeout", "\"1.5m\"", "90")]
    [InlineData("restart", "true", "always")]
    [InlineData("restart", "false")]
    [InlineData("restart", "\"on-failure\"", "on-failure")]
    [InlineData("ready-notify", "true", "true")]
    [InlineData("ready-notify", "false")]
    [InlineData("nice", "5", "5")]
    [InlineData("nice", "-5", "-5")]
    [InlineData("memory-max", "\"1G\"", "1G")]
    [InlineData("memory-max", "1048576", "1048576")]
    [InlineData("ready-tcp", "5432", "5432")]
    [InlineData("success-codes", "143", "143")]
    [InlineData("success-codes", "\"0,143\"", "0,143")]
    [InlineData("success-codes", "[0, 143]", "0,143")]
    [InlineData("cpu-affinity", "[0, 2]", "0,2")]
    [InlineData("limit", "[\"nofile=65536\", \"core=0\"]", "nofile=65536", "core=0")]
    [InlineData("limit", "\"nofile=65536\"", "nofile=65536")]
    [InlineData("umask", "\"0022\"", "0022")]
    [InlineData("cwd", "\"api\"", "/home/user/shop/api")]
    [InlineData("cwd", "\"../other\"", "/home/user/other")]
    [InlineData("cwd", "\"/srv\"", "/srv")]
    [InlineData("env-file", "\".env\"", "/home/user/shop/.env")]
    [InlineData("env-file", "[\"?.env\", \"/etc/env\"]", "?/home/user/shop/.env", "/etc/env")]
    [InlineData("env", "{ A = \"x=y\", B = 1, C = false }", "A=x=y", "B=1", "C=false")]
    [InlineData("socket", "\"127.0.0.1:80\"", "127.0.0.1:80")]
    [InlineData("socket", "[\"*:80\", \"unix:a.sock\"]", "*:80", "unix:a.sock")]
    [InlineData("socket", "{ http = \"127.0.0.1:80\", api = \"unix:a.sock\" }", "http=127.0.0.1:80", "api=unix:a.sock")]
    [InlineData("port", "5432", "5432")]
    [InlineData("port", "\"5432\"", "5432")]
    [InlineData("port", "\"5432+\"", "5432+")]
    [InlineData("port", "\"auto\"", "port")]
    [InlineData("port", "\"http\"", "http")]
    [InlineData("port", "[\"auto\", \"admin:9000=ADMIN\"]", "port", "admin:9000=ADMIN")]
    [InlineData("port", "{ http = 8080, admin = \"auto\", de-bug = \"9229+=INSPECT\" }", "http:8080=HTTP_PORT", "admin=ADMIN_PORT", "de-bug:9229+=INSPECT")]
    [InlineData("type", "\"task\"", "task")]
    [InlineData("needs", "\"other/db\"", "other/db")]
    [InlineData("needs", "[\"other/db\", { name = \"other/api\" }]", "other/db", "other/api")]
    [InlineData("needs", "{ name = \"x/api\", until = \"healthy\", optional = true, restart = true, bound = false }", "x/api,optional,restart:healthy")]
    [InlineData("after", "[\"x/api\", \"x/db\"]", "x/api", "x/db")]
    public void A_value_becomes_what_its_field_takes(string key, string value, params string[] texts) => Assert.Equal(texts, Read.Values(key, value));

    [Fact]
    public void Defaults_are_below_every_process_by_key()
    {
        var project = Read.Good("""
            [defaults]
            restart = "on-failure"
            env = { A = "1", B = "2" }
            limit = ["nofile=10", "core=0"]

            [process.api]
            run = "a"
            env = { B = "own", C = "3" }
            limit = "nofile=20"

            [process.job]
            run = "b"
            restart = "no"
            """);

        Assert.Equal(["A=1", "B=own", "C=3"], project.Processes[0].Find("env")!.Values);
        Assert.Equal([3, 8, 8], project.Processes[0].Find("env")!.Given.Select(given => given.Place.Line));
        Assert.Equal(["nofile=20"], project.Processes[0].Find("limit")!.Values);
        Assert.Equal(["on-failure"], project.Processes[0].Find("restart")!.Values);
        Assert.Equal(["no"], project.Processes[1].Find("restart")!.Values);
        Assert.Equal(["A=1", "B=2"], project.Processes[1].Find("env")!.Values);
    }

    [Fact]
    public void A_process_has_all_keys_of_one_that_it_is_like_and_its_own_win()
    {
        var project = Read.Good("""
            [defaults]
            nice = 3
            [process.debug]
            like = "api"
            env = { MODE = "debug" }
            ready-log = "listening"
            unset = ["restart", "nice"]
            [process.api]
            run = "serve"
            restart = true
            ready-http = "http://localhost:80/"
            env = { MODE = "live", A = "1" }
            needs = { name = "x/y" }
            instances = 2
            """);

        var debug = project.Processes[0];
        Assert.Equal(["env: MODE=debug A=1", "ready-log: listening", "needs: x/y"], debug.Settings.Select(setting => $"{setting.Key}: {string.Join(' ', setting.Values)}"));
        Assert.Equal(("serve", 9, 2), (debug.Run.Words[0], debug.Run.Place.Line, debug.Instances));
        Assert.Equal(["3"], project.Processes[1].Find("nice")!.Values);
    }

    [Fact]
    public void A_local_file_is_merged_last_and_takes_keys_away()
    {
        var project = Read.Good(
            ("sentinel.toml", """
                env = { A = "1", B = "1" }
                [defaults]
                nice = 3
                [process.api]
                run = "serve"
                restart = true
                stop-timeout = 3
                [process.db]
                run = "postgres"
                """),
            ("sentinel.local.toml", """
                name = "mine"
                env.B = "2"
                [defaults]
                unset = "nice"
                [process.api]
                unset = ["restart"]
                stop-timeout = 5
                cwd = "below"
                [process.mail]
                run = "mailpit"
                """));

        Assert.Equal("mine", project.Name);
        Assert.Equal(["sentinel.toml", "sentinel.local.toml"], project.Files);
        Assert.Equal(["A=1", "B=2"], project.Variables.Select(variable => $"{variable.Name}={variable.Value}"));
        Assert.Equal(["api", "db", "mail"], project.Processes.Select(process => process.Name));
        var api = project.Processes[0];
        Assert.Equal(["cwd: /home/user/shop/below", "stop-timeout: 5"], api.Settings.Select(setting => $"{setting.Key}: {setting.Values[0]}"));
        Assert.Equal(("sentinel.toml:4:10", "sentinel.local.toml:7:16"), (api.Place.ToString(), api.Find("stop-timeout")!.Place.ToString()));
    }

    [Fact]
    public void What_was_taken_away_can_be_given_again()
    {
        var project = Read.Good(
            ("sentinel.toml", "[defaults]\nnice = 1\n[process.a]\nrun = \"a\"\nunset = \"nice\"\n[process.b]\nlike = \"a\"\nnice = 2\n[process.c]\nlike = \"b\""),
            ("sentinel.local.toml", "[process.a]\nnice = 7"));

        Assert.Equal(["7", "2", "2"], project.Processes.Select(process => process.Find("nice")!.Values[0]));
    }

    [Fact]
    public void What_has_a_profile_is_usual_only_where_another_needs_it() => Assert.Equal(
        ["cache", "db", "web"],
        Read.Good("""
            [process.web]
            run = "x"
            needs = ["db:started", "other/x", { name = "gone", optional = true }]
            [process.db]
            run = "x"
            needs = "cache"
            profile = "debug"
            [process.cache]
            run = "x"
            profile = "debug"
            [process.mail]
            run = "x"
            profile = "debug"
            """).Usual().Order());

    [Fact]
    public void JSON_of_the_same_content_is_the_same_project()
    {
        var toml = Read.Good("""
            name = "store"
            env = { A = "1", B = 2.5 }
            [defaults]
            restart = true
            [process.api]
            run = ["a", "b"]
            stop-timeout = "90s"
            port = { http = 8080 }
            needs = [{ name = "db", until = "started" }, "x/y"]
            ready-notify = false
            [process.db]
            run = "ö \t\"\""
            """);
        var json = Read.Good("""
            {
              "$schema": "sentinel.toml.schema.json",
              "name": "store",
              "env": { "A": "1", "B": 2.5 },
              "defaults": { "restart": true },
              "process": {
                "api": {
                  "run": ["a", "b"], "stop-timeout": "90s", "port": { "http": 8080 },
                  "needs": [{ "name": "db", "until": "started" }, "x/y"], "ready-notify": false
                },
                "db": { "run": "ö \t\"\"" }
              }
            }
            """, "sentinel.json");

        Assert.Equal(Said(toml), Said(json));
        Assert.Equal("sentinel.json:8:14", json.Processes[0].Run.Place.ToString());
        Assert.Equal("sentinel.json:11:20", json.Processes[1].Run.Place.ToString());
    }

    /// <summary>All that a project says, without where.</summary>
    internal static string Said(Project project) => string.Join('\n',
    [
        project.Name,
        .. project.EnvironmentFiles.Select(file => file.Text),
        .. project.Variables.Select(variable => $"{variable.Name}={variable.Value}"),
        .. project.Processes.SelectMany(process => new[] { $"{process.Name} {process.Folder} {process.Run.IsExact} {process.Instances} {string.Join(',', process.Profiles)}" }
            .Concat(process.Run.Words)
            .Concat(process.Settings.Select(setting => $"{setting.Key} {string.Join('|', setting.Values)}"))),
    ]);
}
