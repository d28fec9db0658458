using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class ProcfileTests
{
    [Fact]
    public void Each_line_is_a_process() => Assert.Equal(
        """
        [process.web]
        run = "bin/rails server"

        [process.css]
        run = "yarn build:css --watch"

        """,
        Import.All("Procfile.dev", "web: bin/rails server\ncss: yarn build:css --watch"));

    [Fact]
    public void Comments_empty_lines_and_line_ends_of_Windows_are_no_part_of_a_command() => Assert.Equal(
        """
        [process.web]
        run = 'echo "a: b" # c'

        """,
        Import.All("Procfile", "\ufeff# see https://example.org:80/\r\n\r\n#proxy: ./proxy\r\nweb:  echo \"a: b\" # c \t\r\n"));

    [Fact]
    public void A_variable_before_the_command_is_the_shells() =>
        Assert.Contains("run = \"PORT=3000 RACK_ENV=test bin/web\"\n", Import.All("Procfile.dev", "web: PORT=3000 RACK_ENV=test bin/web -p $PORT".Replace(" -p $PORT", "")));

    [Fact]
    public void A_command_that_needs_a_port_gets_one() => Assert.Equal(
        """
        [process.web]
        run = "puma -p $PORT"
        port = "auto"

        [process.api]
        run = "PORT=3000 puma -p $PORT"

        [process.docs]
        run = "puma -p ${PORT:-4000}"

        """,
        Import.All("Procfile", "web: puma -p $PORT\napi: PORT=3000 puma -p $PORT\ndocs: puma -p ${PORT:-4000}\n"));

    [Fact]
    public void Ports_are_those_of_foreman_when_that_is_asked_for() => Assert.Equal(
        """
        [process.web]
        run = "puma -p $PORT"
        port = 5000

        [process.worker]
        run = "sidekiq"
        port = 5100

        """,
        Import.All("Procfile", "web: puma -p $PORT\nworker: sidekiq\n", new ImportOptions { HasForemanPorts = true }));

    [Fact]
    public void The_release_step_is_a_task() =>
        Assert.Contains("[process.release]\nrun = \"rake db:migrate\"\ntype = \"task\"\n", Import.All("Procfile", "release: rake db:migrate\n"));

    [Fact]
    public void The_environment_file_beside_it_is_that_of_all() =>
        Assert.StartsWith("env-file = [\".env\"]\n\n[process.web]\n", Import.All("Procfile", "web: x", beside: new Folder { [".env"] = "A=1" }));

    [Fact]
    public void A_line_that_is_none_is_told() => Assert.Equal(
        ["Procfile:2: not a line such as 'web: command'", "Procfile:3: not a line such as 'web: command'"],
        Import.Told("Procfile", "web: x\nworker\nempty:\n"));

    [Fact]
    public void A_command_that_no_shell_understands_is_told() =>
        Assert.Equal(["Procfile:1: web: the command line has a ' that is not closed"], Import.Told("Procfile", "web: echo 'x\n"));

    [Fact]
    public void A_name_that_cannot_be_is_changed_and_told() => Assert.Equal(
        ("[process.a-b]\nrun = \"x\"\n\n[process.\"a b\"]\n".Replace(" b\"]", ".b\"]") + "run = \"y\"\n",
            "Procfile:1: a/b: the name is a-b in sentinel.toml: a name has 1 to 64 characters, is not a number, and has no slash, control character or character that reverses text"),
        Import.Of("Procfile", "a/b: x\na.b: y\n") is var imported ? (imported.Toml, imported.NotTaken.Single().ToString()) : default);

    [Fact]
    public void Two_of_one_name_are_an_error_that_names_both_lines() =>
        Assert.Equal("Procfile:3:1: web is in line 1 already", Import.Refusal("Procfile", "web: x\n\nweb: y\n"));
}
