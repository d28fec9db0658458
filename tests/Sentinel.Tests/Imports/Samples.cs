namespace Sentinel.Tests.Imports;

/// <summary>A file of each kind, with a § wherever a key could stand that nobody knows.</summary>
internal static class Samples
{
    public static readonly (string File, string Text, string Key)[] All =
    [
        ("compose.yaml", """
            name: shop
            §
            x-env: &env { MODE: "a$$b", URL: "${HOST:-db}" }
            services:
              web:
                §
                image: web
                command: ["sh", "-c", "exec web --port $$PORT"]
                entrypoint: ./entry 'a b'
                environment: { <<: *env, OTHER: no }
                env_file: [{ path: .env, required: false, § }]
                depends_on: { db: { condition: service_healthy, restart: true, § }, job: { condition: service_completed_successfully } }
                ports: ["8080:80", "22:22", { target: 1, published: "2", § }]
                healthcheck: { test: ["CMD", "curl", "x"], interval: 1m30s, retries: 3, § }
                deploy: { replicas: 2, resources: { limits: { cpus: "0.5", memory: 50M, § }, § }, restart_policy: { condition: on-failure, § }, § }
                ulimits: { nofile: { soft: 1, hard: 2, § } }
                profiles: [a]
                restart: unless-stopped
                stop_grace_period: 10s
              db:
                command: db
                healthcheck: { test: pg_isready || exit 1 }
              job: { command: "job && x", § }
            """, "zz: 1"),
        ("process-compose.yaml", """
            version: "0.5"
            §
            environment: ["A=b", "C=$D"]
            processes:
              a:
                §
                command: |
                  cat <<EOF
                  x
                  EOF
                availability: { restart: no, backoff_seconds: 2, max_restarts: 3, § }
                depends_on: { b: { condition: process_healthy, § } }
                readiness_probe: { exec: { command: x, § }, period_seconds: 3, § }
                shutdown: { signal: 2, timeout_seconds: 5, § }
              b:
                command: b
                liveness_probe: { http_get: { host: x, port: 80, path: y, § }, period_seconds: 3, § }
                environment: { K: v }
            """, "zz: 1"),
        ("supervisord.conf", """
            [supervisord]
            §
            nodaemon=true
            environment=A="b,c",D=%(ENV_HOME)s
            [program:web]
            §
            command=%(ENV_BIN)s/web --n %(process_num)02d "a ; b" ; comment
            numprocs=2
            process_name=%(program_name)s_%(process_num)02d
            environment=LOG_CHANNEL="stderr",
              SECOND='x'
            autorestart=unexpected
            startretries=3
            stdout_logfile=/var/log/x.log
            stdout_logfile_maxbytes=50MB
            priority=5
            directory=/srv
            [program:two]
            §
            command=/usr/bin/pidproxy /run/x.pid two
            autostart=false
            stdout_logfile=/dev/stdout
            stdout_logfile_maxbytes=0
            [group:all]
            §
            programs=web,two
            [eventlistener:l]
            command=l
            """, "zz=1"),
        ("ecosystem.config.js", """
            'use strict';
            const shared = { A: "b", § };
            // the processes
            module.exports = {
              apps: [{
                §
                name: 'web', /* x */
                script: "server.js",
                args: ["--port", 3000],
                env: { MODE: `dev`, N: 1, B: true },
                env_production: { MODE: "x" },
                instances: -1,
                exec_mode: "cluster",
                kill_timeout: 3000,
                stop_exit_codes: [0, 1],
                max_memory_restart: "200M",
              }, { name: "job", script: "npm run job", autorestart: false, §
              }],
              §
            };
            """.Replace("A: \"b\", §", "A: \"b\""), "zz: 1,"),
        ("pitchfork.toml", """
            namespace = "shop"
            §
            [settings.general]
            §
            mise = true
            [daemons.db-one]
            §
            run = "exec db --port $PORT0"
            port = { expect = [8025, 1025], bump = true }
            ready_output = "ready"
            retry = 3
            [daemons.api]
            run = '''
            build && x
            '''
            §
            env = {
              URL = "http://{{ daemons['db-one'].port }}",
              T = "\u00e9",
            }
            depends = ["db-one"]
            auto = ["start"]
            [daemons.api.port]
            expect = [1]
            §
            [groups.dev]
            §
            daemons = ["api"]
            """, "zz = 1"),
        ("package.json", """
            {
              "scripts": {
                §
                "dev": "concurrently -n a,b 'npm:dev:*' \"tsc --watch\"",
                "dev:web": "vite --port 3000",
                "dev:api": "node api.js",
                "build": "tsc"
              }
            }
            """, "\"zz\": 1,"),
        ("Properties/launchSettings.json", """
            {
              §
              "profiles": {
                "http": {
                  §
                  "commandName": "Project",
                  "applicationUrl": "https://localhost:7222;http://localhost:5222",
                  "environmentVariables": { "A": "b${c}" }
                },
                "tool": { § "commandName": "Executable", "executablePath": "tool", "workingDirectory": "x" }
              }
            }
            """, "\"zz\": 1,"),
        (".vscode/launch.json", """
            {
              // with comments
              §
              "configurations": [
                { § "name": "api", "type": "node", "request": "launch", "program": "${workspaceFolder}/api/main.js", "cwd": "${workspaceFolder}/api",
                  "env": { "A": "${env:HOME}", }, "args": ["--x"] },
                { § "name": "py", "type": "debugpy", "module": "app" },
              ]
            }
            """, "\"zz\": 1,"),
    ];

    public static string Plain(string text) => text.Replace("§", "");

    /// <summary>The file with that key in one of the places.</summary>
    public static string With(string text, string key, int place)
    {
        var parts = text.Split('§');
        return string.Concat(parts.Select((part, index) => index == 0 ? part : (index - 1 == place ? key : "") + part));
    }
}
