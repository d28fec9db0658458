using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Ports;

public sealed class PortTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void None_is_given_that_the_kernel_gives_or_somebody_has()
    {
        // All but four.
        foreach (var port in Enumerable.Range(1, 65535).Except([80, 2000, 40_000, 61_000]))
            _sentinel.Ports.Used[port] = new Listener(port, "tcp", 7, "nginx");

        int[] given = [Allocate().Port, Allocate().Port];

        Assert.Equal([2000, 61_000], given.Order());
        Assert.Equal(
            "no port is left: all are in use or leased",
            Assert.IsType<Outcome.Failed>(Do(new Request.AllocatePort(null, "web"))).Why);
    }

    [Fact]
    public void Which_it_is_is_left_to_chance() =>
        Assert.True(Enumerable.Range(0, 20).Select(_ => Allocate().Port).Distinct().Zip(Enumerable.Range(0, 20)).Count() == 20
            && _sentinel.Store.Read().Ports.Keys.Max() - _sentinel.Store.Read().Ports.Keys.Min() > 1000);

    [Fact]
    public void A_certain_one_is_given_once_and_not_while_somebody_uses_it()
    {
        _sentinel.Ports.Used[8000] = new Listener(8000, "tcp", 7, "nginx");
        Assert.Equal("port 8000 is used by nginx (pid 7)", Assert.IsType<Outcome.Failed>(Do(new Request.AllocatePort(8000, "web"))).Why);
        Assert.Equal(8001, Assert.IsType<Outcome.PortAllocated>(Do(new Request.AllocatePort(8001, "web"))).Port);
        Assert.Equal(
            "port 8001 is already leased as 'web'; 'sentinel port free 8001' frees it",
            Assert.IsType<Outcome.Failed>(Do(new Request.AllocatePort(8001, "other"))).Why);
    }

    [Fact]
    public void They_are_freed_by_number_or_all_of_a_name()
    {
        Do(new Request.AllocatePort(8000, "web"));
        Do(new Request.AllocatePort(8001, "web"));
        Do(new Request.AllocatePort(8002, "api"));

        Assert.Equal([8000, 8001], Free("web").Select(freed => Assert.IsType<Outcome.PortFreed>(freed).Port));
        Assert.IsType<Outcome.PortFreed>(Assert.Single(Free("8002")));
        Assert.Equal(
            ["port 8002 is not leased; 'sentinel port list' shows the leased ports", "no port is leased as 'web'; 'sentinel port list' shows the leased ports"],
            Free("8002", "web").Select(failed => Assert.IsType<Outcome.Failed>(failed).Why));
    }

    [Fact]
    public void A_process_has_its_ports_from_run_to_delete()
    {
        Assert.IsType<Outcome.Started>(_sentinel.Supervisor.RunOne(WithPorts()));
        _sentinel.Restart("web");

        var leases = _sentinel.Store.Read().Ports.Values.ToDictionary(lease => lease.Name, lease => $"{lease.Port}");
        Assert.Equal(["admin", "http"], leases.Keys.Order());
        Assert.All(_sentinel.Machine.Launches, launch =>
            Assert.Equal((leases["http"], leases["admin"]), (launch.Environment["PORT"], launch.Environment["ADMIN_PORT"])));
        Assert.Equal(
            $"port {leases["http"]} (http) belongs to web; 'sentinel delete web' frees it",
            Assert.IsType<Outcome.Failed>(Assert.Single(Free(leases["http"]))).Why);

        _sentinel.Delete("web");
        Assert.Empty(_sentinel.Store.Read().Ports);
    }

    [Fact]
    public void A_process_that_could_not_be_started_has_no_port()
    {
        _sentinel.Machine.FailsToStart = _ => "it does not";
        Assert.IsType<Outcome.Failed>(_sentinel.Supervisor.RunOne(WithPorts()));
        Assert.Empty(_sentinel.Store.Read().Ports);
    }

    [Fact]
    public void A_process_whose_port_somebody_else_has_taken_is_not_started()
    {
        _sentinel.Supervisor.RunOne(WithPorts());
        _sentinel.Stop("web");
        var port = _sentinel.Store.Read().Ports.Values.Single(lease => lease.Name == "http").Port;
        _sentinel.Ports.Used[port] = new Listener(port, "tcp", 7, "nginx");

        Assert.Equal($"its port {port} (http) is used by nginx (pid 7)", Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Start("web"))).Why);
        Assert.IsType<RunState.Crashed>(_sentinel["web"].State);

        _sentinel.Ports.Used.Clear();
        Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));
    }

    [Fact]
    public void A_process_goes_on_when_somebody_else_would_be_in_the_way_of_its_successor()
    {
        _sentinel.Supervisor.RunOne(WithPorts());
        var main = _sentinel["web"].State.Main!.Pid;
        var port = _sentinel.Store.Read().Ports.Values.Single(lease => lease.Name == "http").Port;
        var nginx = _sentinel.Machine.Add().Pid;
        _sentinel.Ports.Used[port] = new Listener(port, "tcp", nginx, "nginx");

        Assert.Equal($"its port {port} (http) is used by nginx (pid {nginx})", Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Restart("web"))).Why);
        Assert.Equal(main, Assert.IsType<RunState.Running>(_sentinel["web"].State).Identity.Pid);
    }

    [Fact]
    public void A_certain_port_is_refused_while_a_lease_or_a_stranger_has_it_and_nothing_is_left()
    {
        _sentinel.Supervisor.RunOne(With("web", "http:3000"));
        Assert.Equal((3000, "http"), (_sentinel.Store.Read().Ports.Values.Single().Port, _sentinel.Store.Read().Ports.Values.Single().Name));
        _sentinel.Ports.Used[4000] = new Listener(4000, "tcp", 7, "nginx");

        var leased = Assert.IsType<Outcome.Failed>(_sentinel.Supervisor.RunOne(With("second", "3000")));
        var used = Assert.IsType<Outcome.Failed>(_sentinel.Supervisor.RunOne(With("third", "4000")));

        Assert.Equal(("port 3000 is leased by web (http)", FailureCode.PortHeld), (leased.Why, leased.Code));
        Assert.Equal("its port 4000 (port) is used by nginx (pid 7)", used.Why);
        Assert.Equal(["web"], _sentinel.Store.Read().Names());
        Assert.Equal([3000], _sentinel.Store.Read().Ports.Keys);
    }

    [Fact]
    public void The_next_free_port_is_given_where_that_will_do_also_to_each_instance()
    {
        _sentinel.Ports.Used[3000] = new Listener(3000, "tcp", 7, "nginx");
        var set = With("pool", "3000+") with { Instances = 3 };
        Assert.Equal(3, _sentinel.Supervisor.Run(set).Now().OfType<Outcome.Started>().Count());
        Assert.Equal([3001, 3002, 3003], _sentinel.Store.Read().Ports.Keys);

        var single = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Supervisor.Run(With("other", "http:5000") with { Instances = 2 }).Now()));
        Assert.Equal("--port http:5000 is one port, and each instance needs its own; 'http:5000+' gives each the next that is free", single.Why);
        var none = With("none", "65534+") with { Instances = 3 };
        Assert.Equal("no port from 65534 up is left: all are in use or leased", Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Supervisor.Run(none).Now())).Why);
    }

    [Fact]
    public void A_change_of_the_number_changes_the_lease_and_a_refused_one_changes_nothing()
    {
        _sentinel.Supervisor.RunOne(With("web", "http:3000"));
        _sentinel.Supervisor.RunOne(With("other", "http:4000"));

        Assert.IsType<Outcome.Changed>(Change("http:3001"));
        Assert.Equal([3001, 4000], _sentinel.Store.Read().Ports.Keys);
        Assert.IsType<Outcome.Changed>(Change("http:3000+"));
        Assert.Equal([3001, 4000], _sentinel.Store.Read().Ports.Keys);
        Assert.Equal("port 4000 is leased by other (http)", Assert.IsType<Outcome.Failed>(Change("http:4000")).Why);
        Assert.Equal([3001, 4000], _sentinel.Store.Read().Ports.Keys);

        Outcome Change(string port)
        {
            var before = _sentinel["web"].Spec;
            return Do(new Request.ChangeSpecs([new SpecChange(1, before, before with { Ports = [PortRequest.Parse(port)] })]));
        }
    }

    [Theory]
    [InlineData("http", "http", "PORT", null, false)]
    [InlineData("admin=ADMIN_PORT", "admin", "ADMIN_PORT", null, false)]
    [InlineData("3000", "port", "PORT", 3000, false)]
    [InlineData("3000+", "port", "PORT", 3000, true)]
    [InlineData("http:3000", "http", "PORT", 3000, false)]
    [InlineData("http:3000+=WEB", "http", "WEB", 3000, true)]
    [InlineData("a:b", "a:b", "PORT", null, false)]
    [InlineData("a+", "a+", "PORT", null, false)]
    public void A_port_is_asked_for_by_name_or_number(string text, string name, string variable, int? number, bool orNext)
    {
        var request = PortRequest.Parse(text);
        Assert.Equal(new PortRequest(name, variable, number, orNext), request);
        Assert.Equal(text, request.ToString());
    }

    [Theory]
    [InlineData("0", "--port takes a number from 1 to 65535, not '0'")]
    [InlineData("http:99999", "--port takes a number from 1 to 65535, not '99999'")]
    [InlineData("", "'' cannot be the name of a port")]
    [InlineData("a/b", "'a/b' cannot be the name of a port")]
    [InlineData("http=", "a variable needs a name")]
    [InlineData("http=A B", "'A B' cannot be the name of a variable")]
    [InlineData("http=SENTINEL_ID", "SENTINEL_ID is set by sentinel itself")]
    public void What_is_no_such_request_says_so(string text, string said) =>
        Assert.StartsWith(said, Assert.Throws<FormatException>(() => PortRequest.Parse(text)).Message);

    private Outcome.PortAllocated Allocate() => Assert.IsType<Outcome.PortAllocated>(Do(new Request.AllocatePort(null, "web")));

    private Outcome Do(Request request) => Assert.Single(_sentinel.Supervisor.Do(request).Now());

    private IReadOnlyList<Outcome> Free(params string[] targets) => _sentinel.Supervisor.Do(new Request.FreePorts(targets)).Now();

    private static RunRequest With(string name, string port)
    {
        var request = MadeUpSentinel.Request(name);
        return request with { Spec = request.Spec with { Ports = [PortRequest.Parse(port)] } };
    }

    private static RunRequest WithPorts()
    {
        var request = MadeUpSentinel.Request("web");
        return request with { Spec = request.Spec with { Ports = [new PortRequest("http", "PORT"), new PortRequest("admin", "ADMIN_PORT")] } };
    }
}
