using CsCheck;
using Sentinel.Api;
using Sentinel.Model.Specs;
using Sentinel.Screen;
using Sentinel.Screen.Cells;
using Sentinel.Screen.Keys;
using Sentinel.Screen.Views;
using Size = Sentinel.Screen.Cells.Size;

namespace Sentinel.Tests.Screen;

public sealed class ControlsTests
{
    private static readonly Scene Scene = Shop.Scene(100, 30);

    [Fact]
    public void Keys_choose_lines_and_headings_are_lines_too()
    {
        Assert.Equal("mailer", ((Row.Single)Scene.Chosen!).Process.Name);
        Assert.Equal("shop", ((Row.Heading)Scene.After("jjj").Chosen!).Name);
        Assert.Equal("shop/api-2", Chosen(Scene.After("[Down][Down][Down][Down]")));
        Assert.Equal("shop/migrate", Chosen(Scene.After("G")));
        Assert.Equal("mailer", Chosen(Scene.After("G[Home]")));
    }

    [Theory]
    [InlineData("s", "start mailer")]
    [InlineData("r", "restart mailer")]
    [InlineData("R", "restart --rolling mailer")]
    [InlineData("+", "scale mailer +1")]
    [InlineData("jjjr", "restart shop/db shop/migrate shop/api-2 shop/api-10 shop/front")]
    [InlineData("  r", "restart mailer queue")]
    [InlineData("*s", "start shop/db shop/migrate shop/api-2 shop/api-10 shop/front mailer дворник 日本語 🧹 e\u0301 queue")]
    [InlineData(":stop all[Enter]y", "stopall")]
    [InlineData(":sig[Enter][Ctrl+U]USR1[Enter]", "signal mailer USR1")]
    [InlineData(":set[Enter]restart always[Enter]", "set mailer --restart always")]
    [InlineData(":port wait 80[Enter]", "port wait 80")]
    [InlineData("i", "status mailer")]
    public void A_verb_is_the_command_of_its_name(string keys, string command)
    {
        var run = Assert.IsType<Effect.Run>(Scene.Press(keys).Effects[^1]);

        Assert.Equal(command, string.Join(' ', run.Words));
    }

    [Theory]
    [InlineData("x", "stop mailer")]
    [InlineData("X", "stop --force mailer")]
    [InlineData("D", "delete mailer")]
    public void Before_anything_is_stopped_it_is_found_out_who_needs_it(string key, string command) =>
        Assert.Equal(command, string.Join(' ', Assert.IsType<Effect.Stop>(Scene.Press(key).Effects.Single()).By.Words));

    // Two machines with a process of the same name, and one that only the second has.
    [Theory]
    [InlineData("r", "--host=root@m1 restart api")]
    [InlineData("jr", "--host=m2 restart api")]
    [InlineData("  r", "--host=root@m1,m2 restart api")]
    [InlineData("*r", "--host=root@m1 restart api; --host=m2 restart api db")]
    [InlineData("G+", "--host=m2 scale db +1")]
    [InlineData(":sig[Enter][Enter]", "--host=root@m1 signal api HUP")]
    [InlineData("D", "--host=root@m1 delete api")]
    [InlineData("/host:m2[Enter]*r", "--host=m2 restart api db")]
    [InlineData(":start all[Enter]", "startall")]
    public void On_several_machines_it_is_the_command_for_those_that_are_meant(string keys, string commands)
    {
        var effect = Fleet.Press(keys).Effects[^1];
        if (effect is Effect.Stop { AnyQuestion: { } question } stop)
        {
            Assert.Contains("api on m1", question.Lines[0]);
            effect = stop.By;
        }

        var words = new List<string>();
        for (var run = effect as Effect.Run; run is not null; run = run.Next)
            words.Add(string.Join(' ', run.Words));
        Assert.Equal(commands, string.Join("; ", words));
    }

    [Fact]
    public void A_page_that_only_its_own_machine_reaches_is_not_opened_here()
    {
        var (scene, effects) = Fleet.Press("Go");
        Assert.Empty(effects);
        Assert.Contains("'ssh -L 8080:127.0.0.1:8080 m2'", scene.Told!.Text);
    }

    private static Scene Fleet => Shop.Scene(120, 30, [
        Shop.Process(1, "api") with { Host = "m1" },
        Shop.Process(1, "api") with { Host = "m2" },
        Shop.Process(2, "db") with { Host = "m2", Url = "http://127.0.0.1:8080/" },
    ]).Of([new HostName("root@m1", "m1"), new HostName("m2", "m2")]);

    [Theory]
    [InlineData(":clean[Enter][Escape]")]
    [InlineData(":clean[Enter]n")]
    [InlineData(":clean[Enter]x")]
    [InlineData(":clean[Enter]q")]
    [InlineData(":signal[Enter][Ctrl+U][Enter]")]
    [InlineData("/q[Enter]")]
    [InlineData("u[Escape]")]
    public void What_was_not_agreed_to_is_not_done(string keys) => Assert.DoesNotContain(Scene.Press(keys).Effects, effect => effect is Effect.Run or Effect.Stop or Effect.Quit);

    [Fact]
    public void Marks_are_gone_once_they_were_acted_upon()
    {
        var (scene, _) = Scene.Press(" r");

        Assert.Empty(scene.Marked);
        Assert.Equal(2, Scene.After("  ").Marked.Count);
        Assert.Empty(Scene.After("**").Marked);
        Assert.Empty(Scene.After("*[Escape]").Marked);
    }

    [Fact]
    public void A_filter_is_seen_as_it_is_typed_and_what_was_before_comes_back()
    {
        Assert.Equal(["shop/api-2", "shop/api-10"], Names(Scene.After("/api")));
        Assert.Equal(["shop/api-2"], Names(Scene.After("/api !10[Enter]")));
        Assert.Equal(Names(Scene), Names(Scene.After("/api[Escape]")));
        Assert.Equal(["shop/api-2", "shop/api-10"], Names(Scene.After("/api[Enter]/x[Escape]")));
        Assert.Equal(Names(Scene), Names(Scene.After("/api[Enter][Escape]")));
    }

    [Theory]
    [InlineData("mlr", "mailer")]
    [InlineData("state:unhealthy", "shop/api-2")]
    [InlineData("port:8081", "shop/api-10")]
    [InlineData("group:shop !state:running state:waiting", "shop/front")]
    [InlineData("MAILER.PY", "mailer")]
    [InlineData("日本", "дворник 日本語 🧹 e\u0301")]
    [InlineData("nothing-like-it", "")]
    public void A_filter_finds_by_parts_and_by_what_is_named(string filter, string names) => Assert.Equal(names, string.Join(", ", Names(Scene.Arranged(new Arrangement(Filter: filter)))));

    [Fact]
    public void A_column_sorts_and_once_more_the_other_way_round()
    {
        var flat = Scene.After("F");

        Assert.Equal("дворник 日本語 🧹 e\u0301", Names(flat.After("4"))[0]);
        Assert.Equal("shop/api-10", Names(flat.After("4"))[1]);
        Assert.Equal("mailer", Names(flat.After("2"))[0]);
        Assert.Equal(Names(flat.After("2")).Reverse(), Names(flat.After("22")), (one, other) => StateWordOf(flat, one) == StateWordOf(flat, other));
        Assert.Equal(["shop/api-2", "shop/api-10"], Names(Scene.After("/api-")));
    }

    [Fact]
    public void A_group_can_be_folded_and_still_be_acted_upon()
    {
        var folded = Scene.After("jjj[Enter]");

        Assert.Equal(4, folded.Listing.Rows.Count);
        Assert.Equal(5, folded.Subjects.Count);
        Assert.Equal(Scene.Listing.Rows.Count, folded.After("[Enter]").Listing.Rows.Count);
    }

    [Fact]
    public void Esc_leads_back_step_by_step_and_never_out()
    {
        var scene = Scene.After("/a[Enter] lz");
        foreach (var left in new Func<Scene, bool>[] { s => !s.IsZoomed, s => !s.IsInPane, s => s.Marked.Count == 0, s => s.Listing.Arrangement.Filter.Length == 0, s => s.Pane is null, s => s.Pane is null })
        {
            var (next, effects) = scene.Press("[Escape]");
            Assert.DoesNotContain(effects, effect => effect is Effect.Quit);
            Assert.True(left(next));
            scene = next;
        }
    }

    [Theory]
    [InlineData("q")]
    [InlineData("[Ctrl+C]")]
    [InlineData("l[Ctrl+C]")]
    [InlineData("/abc[Ctrl+C]")]
    [InlineData("?q")]
    public void It_can_always_be_left(string keys) => Assert.IsType<Effect.Quit>(Scene.Press(keys).Effects[^1]);

    [Fact]
    public void What_the_pane_is_about_follows_the_line()
    {
        var scene = Scene.After("w").Saying("why").After("j");

        Assert.Equal(["queue"], scene.Pane!.Names);
        Assert.True(scene.Pane.IsLoading);
        Assert.False(Scene.After("e").Saying("what").After("j").Pane!.IsLoading);
        Assert.Equal(5, Scene.After("ljjj").Pane!.Names.Count);
        Assert.Equal(8, Scene.After("Aj").Pane!.Names.Count);
    }

    [Fact]
    public void Logs_stay_where_one_looks_and_follow_again_when_asked()
    {
        var scene = Scene.After("l[Tab]").Writing([.. Enumerable.Range(0, 5).Select(i => new LogRow(null, false, null, $"line {i}"))]);

        Assert.IsType<LogMove.Stay>(Assert.IsType<Effect.MoveLogs>(scene.Press("k").Effects.Single()).Move);
        var still = scene.After("k");
        Assert.Equal((3, false), (still.Pane!.At, still.Pane.Logs!.IsFollowing));
        Assert.Equal(new LogMove.By(-1), Assert.IsType<Effect.MoveLogs>(still.Press("kkkk").Effects.Single()).Move);
        Assert.Equal(new LogMove.By(1), Assert.IsType<Effect.MoveLogs>(still.Press("jj").Effects.Single()).Move);
        Assert.IsType<LogMove.ToEnd>(Assert.IsType<Effect.MoveLogs>(still.Press("f").Effects.Single()).Move);
        Assert.True(still.After("G").Pane!.Logs!.IsFollowing);
        Assert.Empty(scene.Press("j").Effects);
        Assert.True(scene.After("/oops[Enter]").Pane!.Logs is { IsFiltered: true });
        Assert.False(scene.After("/oops[Enter]n").Pane!.Logs!.IsFiltered);
    }

    [Fact]
    public void Text_is_found_from_line_to_line()
    {
        var scene = Scene.After("w[Tab]").Saying([.. Enumerable.Range(0, 100).Select(i => $"\e[31mline {i}\e[0m")]);

        Assert.Equal(7, scene.After("/LINE 7[Enter]").Pane!.At);
        Assert.Equal(70, scene.After("/LINE 7[Enter]n").Pane!.At);
        Assert.Equal(7, scene.After("/LINE 7[Enter]nN").Pane!.At);
        Assert.True(scene.After("/absent[Enter]").Told!.IsError);
        Assert.Equal("line 99", Assert.IsType<Effect.Copy>(scene.Press("Gy").Effects.Single()).Text);
    }

    [Fact]
    public void What_is_pasted_is_text_and_runs_nothing()
    {
        var paste = new Key(KeyCode.Paste, "rm\n-rf\e[A\tx");

        var (scene, effect) = Controls.Press(Scene, paste);
        Assert.Null(effect);
        Assert.Equal(Scene.At, scene.At);
        Assert.Equal("rm -rf[Ax", Assert.IsType<Prompt.Filter>(Controls.Press(Scene.After("/"), paste).Scene.Prompt).Text);
    }

    [Fact]
    public void A_plan_is_applied_when_it_was_seen()
    {
        var plan = Scene with { Pane = new Pane(PaneKind.Plan, []) { Folder = "/srv", Apply = ["apply", "--file", "x"], Lines = ["+ web"] }, IsInPane = true };

        Assert.Equal(["apply", "--file", "x"], plan.Press("a").Effects.OfType<Effect.Run>().Single().Words);
        Assert.Empty(plan.Press("[Escape]").Effects.OfType<Effect.Run>());
        Assert.Equal(new Effect.Project("plan", "shop"), Scene.Press("jjja").Effects.Single());
        Assert.Equal(new Effect.Project("down", "shop"), Scene.Press("Gd").Effects.Single());
        Assert.Equal(new Effect.Project("up", null), Scene.Press("u").Effects.Single());
    }

    [Fact]
    public void The_mouse_does_what_it_points_at()
    {
        var scene = Scene.After("M");

        Assert.Equal("queue", Chosen(Controls.Press(scene, new Key(KeyCode.Click, Row: 3, Column: 5)).Scene));
        Assert.Equal("state", Controls.Press(scene, new Key(KeyCode.Click, Row: 1, Column: ColumnLayout.Of(scene).Columns[1].Start + 1)).Scene.Listing.Arrangement.By);
        Assert.Equal(new Effect.Mouse(true), Scene.Press("M").Effects.Single());
    }

    [Fact]
    public void What_is_chosen_stays_so_while_others_come_and_go()
    {
        var scene = Scene.After("/api[Enter][Down][Down]");
        Assert.Equal("shop/api-10", Chosen(scene));

        Assert.Equal("shop/api-10", Chosen(scene.Seen([.. Shop.Processes.Reverse(), Shop.Process(99, "api-0")])));
        Assert.Equal("shop/api-2", Chosen(scene.Seen([.. Shop.Processes.Where(process => process.Id != 4)])));
        Assert.Null(scene.Seen([]).Chosen);
        Assert.Empty(scene.After("*").Seen([]).Marked);
    }

    // Whatever is pressed, and whatever happens meanwhile, at any size.
    [Fact]
    public void Whatever_is_pressed_there_is_a_screen()
    {
        var keys = Gen.OneOf(
            Gen.Char[' ', '~'].Select(Key.Of),
            Gen.Enum<KeyCode>().Select(code => new Key(code, code is KeyCode.Text or KeyCode.Paste ? "é" : "", Row: 5, Column: 9)),
            Gen.Char['a', 'z'].Where(letter => letter != 'c').Select(Key.Control));
        var happenings = Gen.Select(keys.Array[1, 25], Gen.Int[0, 12], Gen.Int[20, 250], Gen.Int[4, 100], Gen.Int[0, 5]);

        happenings.Array[1, 4].Sample(all =>
        {
            var scene = Shop.Scene(80, 24);
            foreach (var (pressed, left, columns, rows, lines) in all)
            {
                foreach (var key in pressed)
                    scene = Controls.Press(scene, key).Scene;
                scene = scene.Seen(left > 8 ? Shop.Many(left * 9) : [.. Shop.Processes.Take(left)]).Resized(new Size(columns, rows));
                if (scene.Pane is { Logs: not null })
                    scene = scene.Writing([.. Enumerable.Range(0, lines).Select(i => new LogRow("api", i % 2 == 0, Shop.Now, $"{i}\e[32mü日\e[0m{new string('x', i * 50)}"))]);
                var canvas = View.Draw(scene);

                Assert.Equal((columns, rows), (canvas.Size.Columns, canvas.Size.Rows));
                Assert.True(scene.Listing.Rows.Count == 0 ? scene.At is null : scene.Chosen is not null);
                Assert.InRange(scene.Top, 0, Math.Max(0, scene.Listing.Rows.Count - 1));
                if (scene.Chosen is not null && scene.Frame.TableRows > 0)
                    Assert.InRange(scene.Listing.PlaceOf(scene.At)!.Value - scene.Top, 0, scene.Frame.TableRows - 1);
            }
        }, iter: 2000);
    }

    private static string Chosen(Scene scene) => ((Row.Single)scene.Chosen!).Process.Name;

    private static IReadOnlyList<string> Names(Scene scene) => [.. scene.Listing.Rows.OfType<Row.Single>().Select(row => row.Process.Name)];

    private static string StateWordOf(Scene scene, string name) => StateWords.Of(scene.Listing.Processes.Single(process => process.Name == name));
}
