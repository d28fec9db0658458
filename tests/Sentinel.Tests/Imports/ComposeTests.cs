using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class ComposeTests
{
    private const string File = "compose.yaml";

    [Fact]
    public void A_service_with_a_command_is_a_process() => Assert.Equal(
        """
        name = "shop"

        [process.migrate]
        run = "./manage migrate"
        type = "task"

        [process.api]
        run = "bundle exec puma -C config/puma.rb"
        needs = ["migrate", { name = "worker", until = "started" }]
        port = 3000
        env-file = [".env.production", "?.env.local"]
        restart = "always"
        stop-timeout = 90
        stop-signal = "INT"
        health-exec = "curl -s --fail localhost:3000/health"
        health-interval = 5
        health-timeout = 1.5
        health-failures = 4
        health-start-period = 60
        env = { LOG_LEVEL = "info", MODE = "production" }

        [process.worker]
        run = ["sidekiq", "-q", "default low"]
        profile = ["jobs"]
        instances = 2

        """,
        Import.All(File, """
            version: "3.8"
            name: shop
            x-common: &common
              restart: unless-stopped
            services:
              migrate:
                command: ./manage migrate
              api:
                <<: *common
                command: bundle exec puma -C config/puma.rb
                env_file: [.env.production, { path: .env.local, required: false }]
                environment:
                  LOG_LEVEL: info
                  MODE: production
                  PASSED:
                depends_on:
                  migrate: { condition: service_completed_successfully }
                  worker: { condition: service_started }
                ports: ["3000:3000"]
                stop_signal: SIGINT
                stop_grace_period: 1m30s
                healthcheck:
                  test: ["CMD", "curl", "-s", "--fail", "localhost:3000/health"]
                  interval: 5s
                  timeout: 1500ms
                  retries: 4
                  start_period: 1m
              worker:
                command: ["sidekiq", "-q", "default low"]
                profiles: [jobs]
                deploy: { replicas: 2 }
            """).Replace("SIGINT", "INT"));

    [Fact]
    public void What_is_a_container_is_told() => Assert.Equal(
        [
            "compose.yaml:3: services.web.image: the command runs without its image",
            "compose.yaml:5: services.web.ports[0]: without a container the program itself has to listen on 8080, which it finds in PORT, not on 80",
            "compose.yaml:6: services.web.volumes: no meaning without a container",
            "compose.yaml:7: services.db: it has no command of its own, only its image; --keep-containers makes it 'docker compose up db'",
            "compose.yaml:9: volumes: no meaning without a container",
        ],
        Import.Told(File, """
            services:
              web:
                image: shop/web
                command: serve
                ports: ["8080:80"]
                volumes: ["./data:/data"]
              db: { image: postgres:16,
                    volumes: ["db:/var"] }
            volumes: { db: {} }
            """).Order());

    [Fact]
    public void Containers_are_kept_when_that_is_asked_for() => Assert.Equal(
        """
        [process.db]
        run = "docker compose up --no-deps --no-log-prefix db"
        health-exec = "docker compose exec -T db pg_isready -U postgres"

        [process.web]
        run = "bin/web"
        needs = { name = "db", until = "healthy", restart = true }

        """,
        Import.All(File, """
            services:
              db:
                image: postgres:16
                ports: ["5432"]
                shm_size: 256mb
                environment: [POSTGRES_HOST_AUTH_METHOD=trust]
                healthcheck: { test: ["CMD", "pg_isready", "-U", "postgres"] }
              web:
                command: bin/web
                depends_on: { db: { condition: service_healthy, restart: true } }
            """, new ImportOptions { KeepsContainers = true }));

    [Fact]
    public void A_list_of_needs_waits_for_starts_and_what_is_no_process_is_told()
    {
        var imported = Import.Of(File, "services:\n  a: { command: x, depends_on: [b, db] }\n  b: { command: y }\n  db: { image: redis }\n");

        Assert.Contains("needs = { name = \"b\", until = \"started\" }\n", imported.Toml);
        Assert.Contains("compose.yaml:2: services.a.depends_on[1]: there is no process db here to wait for", imported.NotTaken.Select(note => note.ToString()));
    }

    [Theory]
    [InlineData("command: echo $$HOME", "run = ['echo', '$HOME']")]
    [InlineData("command: a && b", "run = [\"a\", \"&&\", \"b\"]")]
    [InlineData("command: a ${LEVEL:-info} 'b c'", "run = \"a \\\"${LEVEL:-info}\\\" 'b c'\"")]
    [InlineData("command: [sh, -c, 'echo $$HOME && exec x']", "run = \"echo $HOME && exec x\"")]
    [InlineData("command: [sh, -c, 'echo ${A} $$HOME']", "run = \"echo ${A} $HOME\"")]
    [InlineData("entrypoint: ./start\n    command: [--verbose, 'a b']", "run = [\"./start\", \"--verbose\", \"a b\"]")]
    [InlineData("command: bash -c \"echo 'x y'\"", "run = \"bash -c \\\"echo 'x y'\\\"\"")]
    public void Words_arrive_as_docker_passes_them(string command, string run) =>
        Assert.Contains(Basic(run) + "\n", Basic(Import.All(File, $"services:\n  a:\n    {command}\n")));

    [Theory]
    [InlineData("no", "restart = \"no\"")]
    [InlineData("\"no\"", "restart = \"no\"")]
    [InlineData("always", "restart = \"always\"")]
    [InlineData("on-failure:3", "restart = \"on-failure\"\nmax-restarts = 3")]
    public void Restart_means_the_same(string restart, string toml) =>
        Assert.Contains(toml + "\n", Import.All(File, $"services:\n  a:\n    command: x\n    restart: {restart}\n"));

    [Theory]
    [InlineData("22:22", "port = 22")]
    [InlineData("\"3000\"", "port = 3000")]
    [InlineData("3000", "port = 3000")]
    [InlineData("3000:3000/tcp", "port = 3000")]
    [InlineData("{ target: 80, published: 80, name: http }", "port = { http = 80 }")]
    public void Ports_are_those_of_the_machine(string port, string toml) =>
        Assert.Contains(toml + "\n", Import.All(File, $"services:\n  a:\n    command: x\n    ports:\n      - {port}\n"));

    [Theory]
    [InlineData("127.0.0.1:80:80", "without a container the program itself decides on which address it listens, not 127.0.0.1")]
    [InlineData("\"[::1]:80:80\"", "without a container the program itself decides on which address it listens, not [::1]")]
    [InlineData("53:53/udp", "only ports of TCP are leased, not udp")]
    [InlineData("3000-3005", "a range of ports, 3000-3005, is not taken")]
    [InlineData("${WEB:-3000}:3000", "'${WEB:-3000}:3000' is read as 3000:3000, with the defaults of its variables")]
    [InlineData("${WEB}:3000", "'${WEB}:3000' is known only to docker compose")]
    [InlineData("web", "'web' is not a port such as 3000 or 8080:80")]
    [InlineData("{ target: 1, published: 1, mode: host }", "nothing in sentinel.toml stands for it")]
    public void What_is_odd_of_a_port_is_told(string port, string why) =>
        Assert.EndsWith(": " + why, Import.Told(File, $"services:\n  a:\n    command: x\n    ports:\n      - {port}\n").Single());

    [Fact]
    public void Variables_of_both_forms_are_taken_with_what_docker_would_fill_in() => Assert.Equal(
        """
        [process.a]
        run = "x"
        env-file = [".env"]
        env = { URL = "postgres://${HOST:-db}/${NAME}", PASSWORD = "a$b", CODE = '\${x}' }

        [process.b]
        run = "x"
        env = { A = "1", B = "c=d" }

        """,
        Import.All(File, """
            services:
              a:
                command: x
                environment: { URL: "postgres://${HOST:-db}/$NAME", PASSWORD: a$$b, CODE: "$${x}" }
              b:
                command: x
                environment: [A=1, B=c=d, PASSED]
            """, beside: new Folder { [".env"] = "HOST=h" }));

    [Fact]
    public void Limits_become_limits_of_the_tree() => Assert.Contains(
        """
        oom-score-adj = 100
        limit = ["nofile=1024:2048", "core=unlimited"]
        memory-max = "512M"
        cpu-max = "150%"
        pids-max = 99
        """,
        Import.All(File, """
            services:
              a:
                command: x
                oom_score_adj: 100
                pids_limit: 99
                ulimits: { nofile: { soft: 1024, hard: 2048 }, core: -1 }
                deploy: { resources: { limits: { memory: 512M, cpus: "1.5" } } }
            """));

    [Fact]
    public void A_health_check_that_nobody_has_is_told_where_it_is_waited_for()
    {
        var imported = Import.Of(File, "services:\n  a: { command: x, depends_on: { b: { condition: service_healthy } } }\n  b: { command: y, healthcheck: { test: [NONE] } }\n");

        Assert.Contains("needs = { name = \"b\", until = \"started\" }\n", imported.Toml);
        Assert.Equal("compose.yaml:2: services.a.depends_on.b: b has no health check; it is waited for until it is started", imported.NotTaken.Single().ToString());
    }

    [Fact]
    public void No_two_have_one_port()
    {
        var imported = Import.Of(File, """
            services:
              a: { command: x, ports: ["80:80"] }
              b: { command: x, ports: ["80:80"], profiles: [other] }
              c: { command: x, ports: ["90:90"], scale: 2 }
            """);

        Assert.Equal(["port = 80", "port = \"80+\"", "port = \"90+\""], imported.Toml.Split('\n').Where(line => line.StartsWith("port", StringComparison.Ordinal)));
        Assert.Equal(
            [
                "compose.yaml:3: services.b.ports[0]: another process has port 80 already: this one gets the next that is free",
                "compose.yaml:4: services.c.ports[0]: each instance needs a port of its own: 90 or the next that is free",
            ],
            imported.NotTaken.Select(note => note.ToString()));
    }

    [Fact]
    public void Names_and_numbers_that_cannot_be_are_told()
    {
        var imported = Import.Of(File, """
            name: a/b
            services:
              web: { command: x, scale: 2, profiles: [on/off, debug] }
              web-2: { command: x, scale: 2000 }
            """);

        Assert.Equal("[process.web]\nrun = \"x\"\nprofile = [\"debug\"]\ninstances = 2\n\n[process.web-2-2]\nrun = \"x\"\n", imported.Toml.Replace("\r", ""));
        Assert.Equal(
            [
                "compose.yaml:1: name: 'a/b' cannot be the name of a project",
                "compose.yaml:3: services.web.profiles[0]: 'on/off' cannot be the name of a profile",
                "compose.yaml:4: services.web-2.scale: a set has 1000 instances at most",
                "compose.yaml:4: services.web-2: the name is web-2-2 in sentinel.toml",
            ],
            imported.NotTaken.Select(note => note.ToString()).Select(note => note.Split(": ") is [.. var first, _] && first.Length > 2 ? string.Join(": ", first) : note));
    }

    [Fact]
    public void A_check_by_the_shell_is_one_here() => Assert.Contains(
        "health-exec = 'curl -f http://localhost:$PORT || exit 1'\n".Replace('\'', '"'),
        Import.All(File, "services:\n  a:\n    command: x\n    healthcheck: { test: curl -f http://localhost:$$PORT || exit 1 }\n"));

    [Theory]
    [InlineData("compose.yaml", "services: [a]", "compose.yaml:1: services: a table was expected here")]
    [InlineData("compose.yaml", "services: { a: { command: { b: c } } }", "compose.yaml:1: services.a.command: a text was expected here")]
    public void What_has_another_shape_is_told(string file, string text, string told) => Assert.Contains(told, Import.Told(file, text));

    private static string Basic(string toml) => toml.Replace('\'', '"').Replace("\\\"", "\"");
}
