// Articles, pronouns, prepositions, conjunctions and auxiliary verbs of each language.
#include "core/index/text/stopwords.h"

#include "core/base/cat.h"

namespace grape::index {
namespace {

struct List {
    std::string_view language, words;
};

constexpr List kLists[] = {
    {"english",
     "a about above after again against all am an and any are as at be because been before being "
     "below between both but by can did do does doing down during each few for from further had "
     "has have having he her here hers herself him himself his how i if in into is it its itself "
     "just me more most my myself no nor not now of off on once only or other our ours ourselves "
     "out over own same she should so some such than that the their theirs them themselves then "
     "there these they this those through to too under until up very was we were what when where "
     "which while who whom why will with you your yours yourself yourselves"},
    {"german",
     "aber alle allem allen aller alles als also am an ander andere anderem anderen anderer "
     "anderes "
     "auch auf aus bei bin bis bist da damit dann das dass daß dein deine deinem deinen deiner dem "
     "den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein "
     "eine einem einen einer eines er es etwas euch euer eure eurem euren eurer für gegen gewesen "
     "hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer "
     "im in indem ins ist jede jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann "
     "kein "
     "keine keinem keinen keiner können könnte machen man manche manchem manchen mancher mein "
     "meine "
     "meinem meinen meiner mich mir mit muss musste nach nicht nichts noch nun nur ob oder ohne "
     "sehr sein seine seinem seinen seiner selbst sich sie sind so solche solchem solchen solcher "
     "soll sollte sondern sonst über um und uns unser unsere unserem unseren unter viel vom von "
     "vor "
     "während war waren warst was weg weil weiter welche welchem welchen welcher wenn werde werden "
     "wie wieder will wir wird wirst wo wollen wollte würde würden zu zum zur zwar zwischen"},
    {"french",
     "à ai aie aient ait as au aura aurait aux avaient avais avait avec avez avoir avons ayant c "
     "ce "
     "ces cet cette d dans de des du elle elles en es est et étaient étais était étant été êtes "
     "être eu eux eut fut furent il ils j je l la le les leur leurs lui m ma mais me même mes moi "
     "mon n ne nos notre nous on ont ou où par pas pour qu que qui s sa sans se sera serait ses "
     "soi "
     "soient sois soit sommes son sont suis sur t ta te tes toi ton tu un une vos votre vous y"},
    {"spanish",
     "a al algo algunas algunos ante antes como con contra cual cuando de del desde donde durante "
     "e "
     "él el ella ellas ellos en entre era eran eres es esa esas ese eso esos esta está estaba "
     "están "
     "estar estas este esto estos estoy fue fueron fui ha había habían han has hasta hay he la las "
     "le les lo los más me mi mí mis mucho muchos muy nada ni no nos nosotros nuestra nuestras "
     "nuestro nuestros o os otra otras otro otros para pero poco por porque que qué quien quienes "
     "se sea ser será si sí sido sin sobre sois somos son soy su sus suya suyo también tanto te "
     "tengo ti tiene tienen toda todas todo todos tu tú tus tuya tuyo un una unas uno unos "
     "vosotros "
     "vuestra vuestro y ya yo"},
    {"italian",
     "a abbiamo ad agli ai al alla alle allo anche avere avete aveva avevano c che chi ci coi col "
     "come con contro cui da dagli dai dal dalla dalle dallo degli dei del dell della delle dello "
     "di "
     "dov dove e è ed era erano essere fu furono gli ha hai hanno ho i il in io l la le lei li lo "
     "loro lui ma me mi mia mie miei mio ne negli nei nel nell nella nelle nello noi non nostra "
     "nostre nostri nostro o per perché più quale quando quanto quella quelle quelli quello questa "
     "queste questi questo se sei si sia siamo siete sono sta stata stati stato su sua sue sugli "
     "sui "
     "sul sulla sulle sullo suo suoi ti tra tu tua tue tuo tuoi tutti tutto un una uno vi voi "
     "vostra "
     "vostre vostri vostro"},
    {"portuguese",
     "a à ao aos aquela aquelas aquele aqueles aquilo as às até com como da das de dela delas dele "
     "deles depois do dos e é ela elas ele eles em entre era eram essa essas esse esses esta está "
     "estamos estão estas este estes estou eu foi fomos for foram fui há isso isto já lhe lhes "
     "mais "
     "mas me mesmo meu meus minha minhas muito na não nas nem no nos nós nossa nossas nosso nossos "
     "num numa o os ou para pela pelas pelo pelos por qual quando que quem são se seja sem ser "
     "será "
     "seu seus só somos sou sua suas também te tem tém temos tenho ter teu teus tinha tu tua tuas "
     "um "
     "uma você vocês vos"},
    {"dutch",
     "aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus "
     "een "
     "eens en er ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik "
     "in is ja je kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of "
     "om "
     "omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van veel voor want waren "
     "was "
     "wat werd wezen wie wil worden wordt zal ze zelf zich zij zijn zo zonder zou"},
    {"swedish",
     "alla allt att av blev bli blir blivit de dem den denna deras dess dessa det detta dig din "
     "dina "
     "ditt du där då efter ej eller en er era ert ett från för ha hade han hans har henne hennes "
     "hon "
     "honom hur här i icke ingen inom inte jag ju kan kunde man med mellan men mig min mina mitt "
     "mot "
     "mycket ni nu när någon något några och om oss på samma sedan sig sin sina sitt själv skulle "
     "som så sådan till under upp ut utan vad var vara varför varit vart vem vi vid vilka vilken "
     "vilket vår våra vårt än är åt över"},
    {"danish",
     "ad af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din "
     "disse dog du efter eller en end er et for fra ham han hans har havde have hende hendes her "
     "hos "
     "hun hvad hvis hvor i ikke ind jeg jer jo kunne man mange med meget men mig min mine mit mod "
     "ned noget nogle nu når og også om op os over på selv sig sin sine sit skal skulle som sådan "
     "thi til ud under var vi vil ville vor være været"},
    {"norwegian",
     "alle at av bare begge ble bli blir blitt både da de deg dem den denne der deres det dette di "
     "din disse ditt du eller en enn er et ett etter for fra før ha hadde han hans har hennes her "
     "hun hva hvem hver hvilken hvis hvor hvordan hvorfor i ikke ingen jeg kan kom kun kunne man "
     "mange med meg mellom men mer min mitt mot mye ned noe noen nå når og også om opp oss over på "
     "samme seg selv sin sine sitt skal skulle slik som så til under ut uten var ved vi vil ville "
     "vår være vært å"},
    {"russian",
     "а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже "
     "для до его ее её ей ему если есть еще ещё же за и из или им их к как когда кто ли либо мне "
     "может мы на надо нас не него нее неё нет ни них но ну о об он она они оно от по под при с со "
     "так также там те тем то того тоже той только том ты у уже хотя чего чем что чтобы чья эта "
     "эти "
     "это этого этой этом этот я"},
};

}  // namespace

std::optional<std::string_view> stopwords_of(std::string_view language) {
    for (const List& list : kLists) {
        if (list.language == language) return list.words;
    }
    return std::nullopt;
}

std::string stopword_languages() {
    std::string out;
    for (const List& list : kLists) {
        base::cat_append(out, base::cat(out.empty() ? "" : " ", list.language));
    }
    return out;
}

}  // namespace grape::index
