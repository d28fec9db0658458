using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Model;
using Sentinel.Model.Specs;
using Sentinel.Tests.Supervision;

namespace Sentinel.Tests.Environments;

/// <summary>Ports in variables: <c>${port:NAME}</c>.</summary>
public sealed class PortReferencesTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    public PortReferencesTests()
    {
        Run("api", ports: ["http:4000"]);
        Run("db", ports: ["sql:5000=SQL", "admin:5001=ADMIN"]);
        Run("plain");
    }

    public void Dispose() => _sentinel.Dispose();

    [Theory]
    [InlineData("http://127.0.0.1:${port:api}/v1", "http://127.0.0.1:4000/v1")]
    [InlineData("${port:db/sql},${port:db/admin}", "5000,5001")]
    [InlineData("${port:own}", "6000")]
    [InlineData("${PORT} $port {port:api}", "${PORT} $port {port:api}")]
    public void They_become_numbers_when_the_process_starts(string value, string expected)
    {
        Assert.IsType<Outcome.Started>(Run("web", $"URL={value}", "own:6000"));
        Assert.Equal(expected, _sentinel.Machine.Launches[^1].Environment["URL"]);
        Assert.Equal(value, _sentinel["web"].Spec.Variables["URL"]);
    }

    [Theory]
    [InlineData("${port:api}", "7000")]
    [InlineData("${port:api/http}", "7000")]
    [InlineData("${port:shop/api}", "7000")]
    [InlineData("${port:shop/api/http}", "7000")]
    [InlineData("${port:db/sql}", "5000")]
    public void A_neighbour_in_a_project_is_called_without_its_name_and_before_others(string value, string expected)
    {
        Run("other", ports: ["http:7000"]);
        var state = Member(Member(_sentinel.Store.Read(), "other", "shop/api"), "plain", "shop/web");

        Assert.Equal(expected, PortReferences.Expand("URL", value, state.Find("shop/web")!, state));

        static State Member(State state, string from, string name) =>
            state.Find(from) is { } record ? state.With(record with { Spec = record.Spec with { Name = name, Group = "shop" } }) : state;
    }

    [Theory]
    [InlineData("${port:nobody}", "URL needs the port of nobody, and there is no process named 'nobody'")]
    [InlineData("${port:plain}", "URL needs the port of plain, and plain has no port; 'sentinel set plain --port http' leases one")]
    [InlineData("${port:db}", "URL needs the port of db, and db has several ports; name one of them: ${port:db/sql}, ${port:db/admin}")]
    [InlineData("${port:db/x}", "URL needs the port of db/x, and db has no port named 'x'")]
    [InlineData("${port:api", "a ${port: in URL is not closed with }")]
    public void One_that_means_nothing_is_refused_and_nothing_is_left(string value, string said)
    {
        Assert.Equal(said, Assert.IsType<Outcome.Failed>(Run("web", $"URL={value}")).Why);
        Assert.Null(_sentinel.Store.Read().Find("web"));
    }

    private Outcome Run(string name, string? variable = null, params string[] ports)
    {
        var request = MadeUpSentinel.Request(name);
        var block = variable is null ? EnvironmentBlock.Empty : MadeUpSentinel.EnvironmentOf(variable);
        return _sentinel.Supervisor.RunOne(request with { Spec = request.Spec with { Variables = block, Ports = [.. ports.Select(PortRequest.Parse)] } });
    }
}
