using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class Pm2Tests
{
    private const string File = "ecosystem.config.js";

    [Fact]
    public void An_app_is_a_process() => Assert.Equal(
        """
        [process.api]
        run = "node --max-old-space-size=200 server.js --port 3000"
        cwd = "/srv/api"
        instances = 2
        restart = "always"
        max-restarts = 10
        restart-delay = 1.5
        no-restart-codes = "0,3"
        stop-timeout = 3
        max-memory = "200M"
        env = { MODE = "production", N = "1", TEXT = '\${x}' }

        [process.job]
        run = "npm run job"
        restart = "no"

        [process.ml]
        run = "python3 -u ml.py 'a b'"
        restart = "always"

        """.Replace("\"python3 -u ml.py 'a b'\"", "[\"python3\", \"-u\", \"ml.py\", \"a b\"]"),
        Import.All(File, """
            // see https://example.org
            module.exports = {
              apps: [
                {
                  name: "api", cwd: '/srv/api',
                  script: 'server.js', args: '--port 3000', node_args: ['--max-old-space-size=200'],
                  instances: "2", max_restarts: 10, restart_delay: 1500, kill_timeout: 3000, stop_exit_codes: [0, 3],
                  max_memory_restart: `200M`,
                  env: { MODE: "dev", /* a number */ N: 1, TEXT: "$" + "{x}" },
                  env_production: { MODE: "production" },
                },
                { name: 'job', script: 'npm run job', autorestart: false },
                { name: 'ml', cmd: 'ml.py', interpreter_args: '-u', args: ["a b"] },
              ],
            };
            """, new ImportOptions { Environment = "production" }));

    [Fact]
    public void What_sentinel_does_in_another_way_is_told() => Assert.Equal(
        [
            "ecosystem.config.js:2: apps[0].instances: sentinel does not count CPUs; write a number as instances",
            "ecosystem.config.js:3: apps[0].exec_mode: instances do not share a port by themselves; with 'socket' they share a socket, which the server takes as descriptor 3",
            "ecosystem.config.js:4: apps[0].cron_restart: a process has one schedule: the first is taken",
            "ecosystem.config.js:5: apps[0].wait_ready: process.send('ready') is not seen; say READY=1 to NOTIFY_SOCKET and give it ready-notify",
            "ecosystem.config.js:6: apps[0].out_file: sentinel keeps the logs itself",
            "ecosystem.config.js:7: apps[0].env_production: only with --env production",
            "ecosystem.config.js:8: apps[0].pid: pm2 writes its pid there; 'sentinel status' shows it",
            "ecosystem.config.js:9: apps[0].watch: it is not taken over; --watch, or watch in sentinel.toml, watches files",
            "ecosystem.config.js:10: deploy: sentinel does not deploy; do that before it starts anything",
        ],
        Import.Told(File, """
            module.exports = { apps: [{ script: "a.js",
              instances: "max",
              exec_mode: "cluster",
              cron_restart: ["0 1 * * *", "0 2 * * *"],
              wait_ready: true,
              out_file: "x.log",
              env_production: { A: 1 },
              pid: "/x.pid",
              watch: false }],
              deploy: { production: {} } };
            """));

    [Theory]
    [InlineData("const path = require('path');\nmodule.exports = {}", "ecosystem.config.js:1:14: this is computed, not written out")]
    [InlineData("module.exports = {\n  apps: [{ script: process.env.X }] }", "ecosystem.config.js:2:20: this is computed, not written out")]
    [InlineData("module.exports = { apps: [{ script: `${x}` }] }", "ecosystem.config.js:1:38: this is computed, not written out")]
    [InlineData("module.exports = { ...base }", "ecosystem.config.js:1:20: a key was expected here")]
    [InlineData("module.exports = { apps }", "ecosystem.config.js:1:25: a : was expected after apps")]
    [InlineData("module.exports = { apps: [], apps: [] }", "ecosystem.config.js:1:30: apps is in line 1 already")]
    [InlineData("function x() {}", "ecosystem.config.js:1:1: only module.exports = { … } with literals is read")]
    [InlineData("module.exports = { a: 'x", "ecosystem.config.js:1:25: a ' that begins a text is not closed")]
    [InlineData("module.exports = { a: \"\\0\" }", "ecosystem.config.js:1:23: this holds a NUL")]
    [InlineData("module.exports = { a: \"\\ud800\" }", "ecosystem.config.js:1:23: this holds half a character")]
    public void Code_is_refused_where_it_stands(string text, string said) =>
        Assert.StartsWith(said, Import.Refusal(File, text));

    [Fact]
    public void A_refusal_of_code_names_the_way_out() =>
        Assert.EndsWith("; --run-js lets node print what the file comes to", Import.Refusal(File, "module.exports = f()"));

    [Fact]
    public void Constants_that_are_literals_are_read() =>
        Assert.Contains("run = \"node a.js\"\n", Import.All(File, "const app = { name: 'a', script: 'a.js' };\nexport default { apps: [app] }\n"));

    [Fact]
    public void What_a_program_printed_has_no_lines() => Assert.Equal(
        "ecosystem.config.js: apps[0].watch: it is not taken over; --watch, or watch in sentinel.toml, watches files",
        Import.Told(File, "module.exports = f()", new ImportOptions { Printed = "{\"apps\":[{\"script\":\"a.js\",\"watch\":true}]}" }).Single());

    [Theory]
    [InlineData("process.json", "[{ \"script\": \"a.js\" }]", "a")]
    [InlineData("pm2.json", "{ \"name\": \"b\", \"script\": \"a.js\" }", "b")]
    [InlineData("ecosystem.config.cjs", "exports.apps = [{ script: './bin/c', interpreter: 'none' }]", "c")]
    [InlineData("package.json", "{ \"name\": \"x\", \"pm2\": { \"apps\": [{ \"name\": \"d\", \"script\": \"a.js\" }] } }", "d")]
    public void All_its_forms_are_read(string file, string text, string name) => Assert.StartsWith($"[process.{name}]\n", Import.All(file, text));

    [Fact]
    public void Json_with_an_error_has_its_place_and_no_advice_on_code() =>
        Assert.Equal("process.json:2:3: a value was expected here", Import.Refusal("process.json", "[\n  x]"));
}
