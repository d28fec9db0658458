using Sentinel.Core.Exports;
using Sentinel.Tests.Projects;

namespace Sentinel.Tests.Exports;

/// <summary>Processes that run with the files of their machines.</summary>
public sealed class HostFilesTests
{
    private const string Toml = """
        name = "shop"

        [process.web]
        run = "./server --port $PORT"
        cwd = "/srv/web"
        before = "./prepare"
        port = "8080+"
        instances = 2
        restart = true
        restart-delay = 1
        user = "www"
        secret = { TOKEN = "file:/etc/token" }
        health-http = "http://localhost:$PORT/health"
        env = { OTHER = "http://localhost:${port:api}" }

        [process.api]
        image = "own:1"
        run = "api"
        port = 81
        restart = true
        restart-delay = 1
        health-exec = "./check"

        """;

    [Fact]
    public void Only_a_Swarm_and_Kubernetes_can()
    {
        Assert.Equal(["swarm", "kubernetes"], Exporter.Engines.Where(Exporter.TakesHostFiles));
        Assert.Empty(Exporter.Problems(Read.Good(Toml), "swarm", hasHostFiles: true));
        Assert.Single(Exporter.Problems(Read.Good(Toml), "swarm"));
    }

    [Fact]
    public void In_a_Swarm_a_container_has_the_files_of_its_machine_and_its_network()
    {
        var (text, told) = Of("swarm");

        Assert.Contains("image: busybox\n", text);
        Assert.Contains("image: own:1\n", text);
        Assert.Contains("""
                volumes:
                  - type: bind
                    source: /
                    target: /host
            """.ReplaceLineEndings("\n"), text);
        Assert.Contains("""
            networks:
              host:
                external: true
                name: host
            """, text);
        Assert.Contains("max_replicas_per_node: 1\n", text);
        Assert.Contains("order: stop-first\n", text);
        Assert.DoesNotMatch("ports:|endpoint_mode|user:|working_dir", text);
        // The secret is a file of the container, so it is read before the root changes.
        Assert.Matches("(?s)/run/secrets/TOKEN.*- chroot\n *- /host\n.*- /srv/web\n.*prepare.*server --port", text);
        Assert.Matches("(?s)test:.*- CMD\n *- chroot\n *- /host\n *- /bin/sh\n *- \"?-c\"?\n.*wget", text);
        Assert.Matches("(?s)test:.*- chroot\n *- /host\n *- ./check\n", text);
        Assert.Contains("web.user: with the files of its machine it runs as root, which alone may change its root", told);
        Assert.Contains("so each machine needs wget or curl", told);
        Assert.Contains("api is at localhost only where both are on the same machine", told);
    }

    [Fact]
    public void In_Kubernetes_a_pod_has_the_files_of_its_machine_and_its_network()
    {
        var (text, told) = Of("kubernetes");

        Assert.Contains("hostNetwork: true\n", text);
        Assert.Matches("hostPath:\n *path: /\n", text);
        Assert.Matches("volumeMounts:\n *- name: host\n *mountPath: /host\n", text);
        Assert.Matches("- chroot\n *- /host\n", text);
        // It is asked on the machine, where it may listen to that alone.
        Assert.Matches("httpGet:\n *host: localhost\n", text);
        Assert.DoesNotMatch("runAsUser|workingDir", text);
        Assert.Contains("runs as root", told);
    }

    [Theory]
    [InlineData("swarm")]
    [InlineData("kubernetes")]
    public void Without_it_nothing_of_a_machine_is_given(string engine) =>
        Assert.DoesNotMatch("chroot|/host|[nN]etwork: true|busybox", Exporting.Text(engine, Toml.Replace("[process.web]", "[process.web]\nimage = \"web:1\"", StringComparison.Ordinal)));

    private static (string Text, string Told) Of(string engine)
    {
        var exported = Exporter.Export(Read.Good(Toml), engine, new NoContents(_ => false), hasHostFiles: true);
        return (exported.Files[0].Text, string.Join('\n', exported.Shortfalls));
    }
}
